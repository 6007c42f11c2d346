"""The metrics of what a commit waits for before it is acknowledged."""

from __future__ import annotations

from monitors.metric import MetricSpec

SYNCHRONOUS_COPIES = MetricSpec(
    "ndc_database_synchronous_copies",
    "gauge",
    "count",
    ("workload",),
    "How many copies besides the leader's have a commit before it is acknowledged; 0: none has",
    "the leader is not at this site, or could not be asked",
)
SYNCHRONOUS_COPIES_OBJECTIVE = MetricSpec(
    "ndc_database_synchronous_copies_objective",
    "gauge",
    "count",
    ("workload",),
    "How many it is to be, as is declared",
    "the leader is not at this site, or could not be asked",
)
UNPROTECTED_SINCE = MetricSpec(
    "ndc_database_unprotected_timestamp_seconds",
    "gauge",
    "seconds",
    ("workload",),
    "When it was first seen that they are fewer, by the monitor's clock",
    "they are enough; or they were fewer already when this exporter first asked the leader",
)

PROTECTION = (SYNCHRONOUS_COPIES, SYNCHRONOUS_COPIES_OBJECTIVE, UNPROTECTED_SINCE)
