"""Every metric of ours, once: what it means, and what it means that it is not there.

docs/generated/metrics.md is made from this table.
"""

from __future__ import annotations

from dr import apart
from monitors.metric import MetricSpec
from monitors.storage_metrics import STORAGE
from storage import page

RELATION = ("workload", "source", "target", "kind")
"""a copy of a workload: from which site, at which site, by which means"""

RECOVERY_POINT = MetricSpec(
    page.RECOVERY_POINT,
    "gauge",
    "seconds",
    RELATION,
    "Newest moment that the target could come back to, by the source's clock",
    "the target's copy could not be read, or has received nothing yet",
)
RPO_OBJECTIVE = MetricSpec(
    page.OBJECTIVE,
    "gauge",
    "seconds",
    ("workload", "target"),
    "Greatest age of the recovery point that the workload's tier allows; 0: nothing may be lost",
    "the workload has no copy at the target's site",
)
CONNECTIONS_LEFT = MetricSpec(
    "ndc_database_connections_left",
    "gauge",
    "count",
    ("workload", "member"),
    "How many more connections the member would take from programs; 0: it refuses the next one",
    "the member could not be asked, and did not say that it is full",
)
LINK_UP = MetricSpec(
    "ndc_link_up",
    "gauge",
    "boolean",
    ("link", "target"),
    "Whether at least one echo came back over the link from the site called target",
    "the link does not end here, or could not be measured",
)
LINK_RTT_SECONDS = MetricSpec(
    "ndc_link_rtt_seconds",
    "gauge",
    "seconds",
    ("link", "target"),
    "Shortest round trip over the link among the echoes of one collection",
    "no echo came back",
)
LINK_LOSS_RATIO = MetricSpec(
    "ndc_link_loss_ratio",
    "gauge",
    "ratio",
    ("link", "target"),
    "Share of the echoes of one collection that did not come back, 0 to 1",
    "the link does not end here, or could not be measured",
)
LINK_AVOIDED = MetricSpec(
    "ndc_link_avoided",
    "gauge",
    "boolean",
    ("link", "target"),
    "Whether the router at this end prefers any other way to the link, since it is slow or lossy",
    "the link does not end here, or the router did not tell",
)
BGP_SESSION_UP = MetricSpec(
    "ndc_bgp_session_up",
    "gauge",
    "boolean",
    ("peer", "link"),
    "Whether the BGP session with the peer is established; link is empty inside a site",
    "the router did not tell; a declared session that it does not know is 0",
)
BFD_SESSION_UP = MetricSpec(
    "ndc_bfd_session_up",
    "gauge",
    "boolean",
    ("peer", "link"),
    "Whether the BFD session over the link is up",
    "the router did not tell; a declared session that it does not know is 0",
)
QUORUM_VOTER_UP = MetricSpec(
    "ndc_quorum_voter_up",
    "gauge",
    "boolean",
    ("voter",),
    "Whether the voter can answer a read that needs a majority, seen from here",
    "voters are not asked here",
)
QUORUM_TOLERATES = MetricSpec(
    "ndc_quorum_tolerates",
    "gauge",
    "count",
    (),
    "How many more voters may be lost before no majority is left; -1: none is left, seen from here",
    "voters are not asked here",
)
COLLECTOR_SUCCESS = MetricSpec(
    "ndc_exporter_collector_success",
    "gauge",
    "boolean",
    ("collector",),
    "Whether the last collection of this collector succeeded; if not, it gives no other series",
    "the collector does not run here",
)
COLLECTOR_DURATION = MetricSpec(
    "ndc_exporter_collector_duration_seconds",
    "gauge",
    "seconds",
    ("collector",),
    "How long the last collection of this collector took",
    "the collector does not run here",
)
PROBE_WRITES = MetricSpec(
    "ndc_probe_writes_total",
    "counter",
    "count",
    ("service", "connection", "outcome"),
    "Writes by outcome (ok, refused, unknown), on new and on kept connections",
    "the service is not probed",
    "probe",
)
PROBE_LAST_ACKNOWLEDGED = MetricSpec(
    "ndc_probe_last_acknowledged_timestamp_seconds",
    "gauge",
    "seconds",
    ("service",),
    "When the newest write was acknowledged, by the probe's clock",
    "none was acknowledged since the probe started",
    "probe",
)
PROBE_MISSING = MetricSpec(
    "ndc_probe_missing_writes",
    "gauge",
    "count",
    ("service",),
    "Acknowledged writes that the service denied when they were last read back",
    "the service is not probed",
    "probe",
)
PROBE_SLIP = MetricSpec(
    "ndc_probe_slip_seconds",
    "gauge",
    "seconds",
    ("service",),
    "Worst delay of the probe's own schedule in the last minute; above 0.2 its figures are void",
    "the service is not probed",
    "probe",
)
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

CATALOGUE = (
    RECOVERY_POINT,
    RPO_OBJECTIVE,
    CONNECTIONS_LEFT,
    LINK_UP,
    LINK_RTT_SECONDS,
    LINK_LOSS_RATIO,
    LINK_AVOIDED,
    BGP_SESSION_UP,
    BFD_SESSION_UP,
    QUORUM_VOTER_UP,
    QUORUM_TOLERATES,
    COLLECTOR_SUCCESS,
    COLLECTOR_DURATION,
    PROBE_WRITES,
    PROBE_LAST_ACKNOWLEDGED,
    PROBE_MISSING,
    PROBE_SLIP,
    AGENT_LOOKED,
    AGENT_REFUSED,
    AGENT_SERVES,
    AGENT_STANDS_OUT,
    TAIL_KEPT,
    TAIL_COMMITS,
    TAIL_SINCE,
    DISK_REFUSES,
    *STORAGE,
)


def catalogue_markdown() -> str:
    """Return the catalogue as docs/generated/metrics.md holds it."""
    rows = [
        f"| `{spec.name}` | {spec.kind} | {spec.unit} | {', '.join(spec.labels) or '-'} "
        f"| {spec.source} | {spec.help}. | {spec.absence} |"
        for spec in CATALOGUE
    ]
    head = [
        "# Metrics",
        "",
        "Made from `monitors/catalogue.py`. `site` and `host` are labels of the target.",
        "",
        "| name | type | unit | labels | from | meaning | if it is absent |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join((*head, *rows)) + "\n"
