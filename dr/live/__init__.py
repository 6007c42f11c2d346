"""Recovery at work from the operator's machine: a door to each thing it asks or changes.

Read in this order. One run: ``run_folder`` (a run on disk), ``journals`` (its journal, in a file
and in etcd), ``inbox`` (what people ask of it), ``signing`` (who asks), ``asking`` (who types),
``launch`` (sets a runner to work), ``carrier`` (carries it), ``workers`` (one an attempt),
``following``, ``overtaken`` and ``restoring`` (a run that another machine has), ``giving_up`` (one
that nobody can carry), ``retiring``, ``past_runs``.

What the world is asked and told: ``doors`` (opens all of these), ``records`` (placements and
claims), ``database``, ``orders``, ``last_copies``, ``votes`` and ``voters``, ``exclusions``,
``deeds`` and ``lever``; ``programs`` (ours on hosts), ``guard``, ``routes``, ``application``,
``sight``, ``stores``, ``power``, ``probe``.

What a person has done to hosts: ``admitting``, ``reseeding``, ``audit_of_hosts``.

What others judge a run by: ``exhibits``, ``strips``, ``anchoring``, ``packing``. Drills:
``drill_folder``, ``drill_words``, ``tracing``.
"""
