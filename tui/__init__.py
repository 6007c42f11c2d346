"""What a person sees: snapshots in, pictures out.

Read in this order: ``picture`` (lines of marked text), ``words`` (how values read), ``styles``
(colours), then the views ``header_view``, ``map_view``, ``table_view``, the dashboard ``app``, and
what ``ndc status`` prints, ``topics``, ``status_text`` and ``status_json``; ``summary`` is how
``ndc up`` ends.
"""
