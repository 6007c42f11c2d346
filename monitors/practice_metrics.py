"""The metrics of what people do: runs that are not over, and drills."""

from __future__ import annotations

from monitors.metric import MetricSpec

RUN_UNFINISHED = MetricSpec(
    "ndc_run_unfinished",
    "gauge",
    "count",
    ("kind", "state"),
    "How many runs in etcd are not over; open: something can be done now, held: only a person can",
    "etcd did not answer; a run that was begun without a quorum is in no count",
)
RUN_SAID = MetricSpec(
    "ndc_run_said_timestamp_seconds",
    "gauge",
    "seconds",
    ("kind", "state"),
    "When the run that has been silent for longest last wrote, by the clock of who carries it",
    "no run stands so, or etcd did not answer",
)
RUN_DUE = MetricSpec(
    "ndc_run_due_timestamp_seconds",
    "gauge",
    "seconds",
    ("kind",),
    "By when an open run has to write more, or nobody carries it; by the clock of who does",
    "no run is open, or etcd did not answer",
)
_DRILL = ("drill", "workload")
DRILL_EVERY = MetricSpec(
    "ndc_drill_interval_objective_seconds",
    "gauge",
    "seconds",
    _DRILL,
    "How often the drill is to be proved, by the tier of its service",
    "no such drill is declared, or etcd did not answer",
)
DRILL_PROVED = MetricSpec(
    "ndc_drill_last_success_timestamp_seconds",
    "gauge",
    "seconds",
    _DRILL,
    "When the drill, or a run that did the same in earnest, last went well; 0: never",
    "no such drill is declared, or etcd did not answer",
)
DRILL_FAILED = MetricSpec(
    "ndc_drill_last_failure_timestamp_seconds",
    "gauge",
    "seconds",
    _DRILL,
    "When the drill was last held and failed; 0: never",
    "no such drill is declared, or etcd did not answer",
)
DRILL_RTO = MetricSpec(
    "ndc_drill_last_rto_seconds",
    "gauge",
    "seconds",
    _DRILL,
    "Longest time between two acknowledged writes when the drill last went well",
    "it never did, or nobody measured, or what was measured is void",
)
DRILL_LOST = MetricSpec(
    "ndc_drill_last_lost_writes",
    "gauge",
    "count",
    _DRILL,
    "Acknowledged writes that were lost when the drill last went well: the recovery point reached",
    "it never did, or nobody measured, or not all was read back",
)

PRACTICE = (
    RUN_UNFINISHED,
    RUN_SAID,
    RUN_DUE,
    DRILL_EVERY,
    DRILL_PROVED,
    DRILL_FAILED,
    DRILL_RTO,
    DRILL_LOST,
)
