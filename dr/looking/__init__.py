"""Answers questions through the doors, and never touches.

Read in this order: ``eye`` (what was seen of a service, and whether a statement is so),
``sightings`` (of what is lost), ``service_looks`` and ``store_looks`` (at services, and at stores),
``busy`` (who leads or serves).
"""
