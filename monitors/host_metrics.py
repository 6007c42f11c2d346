"""The metrics that programs on hosts write down, for node_exporter to read: agents and leases."""

from __future__ import annotations

from dr.logs import apart
from monitors.metric import MetricSpec

TAIL_KEPT = MetricSpec(
    apart.KEPT,
    "gauge",
    "boolean",
    ("database",),
    "Whether what only the member of this host holds was copied; the member stays apart",
    "the member does not stay apart",
    "lease",
)
TAIL_COMMITS = MetricSpec(
    apart.COMMITS,
    "gauge",
    "count",
    ("database",),
    "Commits that only the member of this host holds",
    "the member does not stay apart, or nobody could count them",
    "lease",
)
TAIL_SINCE = MetricSpec(
    apart.SINCE,
    "gauge",
    "seconds",
    ("database",),
    "When the first of them was made, by the clock of this host",
    "the member does not stay apart, or it is not known",
    "lease",
)
DISK_REFUSES = MetricSpec(
    apart.DISK,
    "gauge",
    "boolean",
    ("database", "reason"),
    "1: the disk under the member of this host takes no writes; full, read-only, broken, hanging "
    "or refusing",
    "it takes them, or nobody tells",
    "lease",
)
AGENT_LOOKED = MetricSpec(
    "ndc_agent_looked_timestamp_seconds",
    "gauge",
    "seconds",
    (),
    "When the agent of the host last read the placement records, or tried to, by the host's clock",
    "no service may be served here, or the agent never came so far",
    "agent",
)
AGENT_REFUSED = MetricSpec(
    "ndc_agent_refused",
    "gauge",
    "boolean",
    (),
    "Whether etcd turned the agent of the host away when it last asked for the records",
    "no service may be served here, or the agent never came so far",
    "agent",
)
AGENT_SERVES = MetricSpec(
    "ndc_agent_serves",
    "gauge",
    "boolean",
    ("service",),
    "Whether the service answers on this host itself, asked by its address and its name",
    "the service is not announced here",
    "agent",
)
AGENT_STANDS_OUT = MetricSpec(
    "ndc_agent_stands_out",
    "gauge",
    "boolean",
    ("service",),
    "1: the service is placed at this site, and this host, which would serve nobody, withdrew it",
    "the host announces it, or it is placed elsewhere",
    "agent",
)

HOSTS = (
    AGENT_LOOKED,
    AGENT_REFUSED,
    AGENT_SERVES,
    AGENT_STANDS_OUT,
    TAIL_KEPT,
    TAIL_COMMITS,
    TAIL_SINCE,
    DISK_REFUSES,
)
