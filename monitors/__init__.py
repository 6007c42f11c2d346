"""What is watched, what was seen, and what is wrong with it.

Read in this order, from the table of metrics to what hosts serve: ``metric``, ``host_metrics``,
``storage_metrics``, ``practice_metrics``, ``protection_metrics`` and ``catalogue`` (every metric,
once), ``families`` (nothing else can be exposed), ``tallies`` (what both ends of a link count),
``readers`` (one module a source), ``collectors`` (facts in, families out), ``page`` (what is served
at /metrics); ``grafana`` makes dashboards of the catalogue.

The citizen's view: ``ledger`` (writes that were promised), ``probe`` (who writes them).

The state of a network: ``health`` (a snapshot, and what is wrong in it), ``look`` (asks every
source once, and makes the snapshot). ``onhost`` holds the programs that hosts run.
"""
