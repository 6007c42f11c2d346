"""What a person sees: snapshots in, pictures out.

Read in this order: ``picture`` (lines of marked text), ``words`` and ``run_words`` (how values and
runs read), ``styles`` (colours), ``sheet`` (tables of marked text), then the views ``header_view``,
``map_view``, ``table_view``, the parts of the network, ``topics`` and ``topic_view`` with its
``replication_view``, ``storage_view``, ``links_view`` and ``alarms_view``, the dashboard ``app``,
and what ``ndc status`` prints, ``status_text`` and ``status_json``;
``summary`` is how ``ndc up`` ends.
"""
