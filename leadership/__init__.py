"""Patroni as it runs on our hosts: its own program, in which single methods are other ones.

Each module changes one thing, and says what Patroni does without it. Read in this order:
``patroni_main`` (what the unit starts, made for one version), ``prompt_ha`` (how a leader is
followed by another: no sleep longer than it has to be) with ``pauses`` (a sleep that ends early),
``near_voters`` (which voter of etcd it asks), ``waiting_checks`` (its REST, at which HAProxy
waits for a leader), ``refusing_api`` (the same, which refuses who was revoked).
"""
