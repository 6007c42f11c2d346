"""Every metric of ours, once: what it means, and what it means that it is not there.

docs/generated/metrics.md is made from this table.
"""

from __future__ import annotations

from monitors.host_metrics import HOSTS
from monitors.metric import MetricSpec
from monitors.practice_metrics import PRACTICE
from monitors.protection_metrics import PROTECTION
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
LINK_ONE_WAY_LOSS_RATIO = MetricSpec(
    "ndc_link_one_way_loss_ratio",
    "gauge",
    "ratio",
    ("link", "source", "target"),
    "Share of what the site called source sent over the link in the last minute, 0 to 1, that did "
    "not come to the site called target",
    "the link does not end here; or too little was heard from its other end of late, or since one "
    "of the two began anew to count",
)
LINK_AVOIDED = MetricSpec(
    "ndc_link_avoided",
    "gauge",
    "boolean",
    ("link", "target"),
    "Whether the router at this end prefers any other way to the link, since it is slow or lossy",
    "the link does not end here, or the router did not tell",
)
LINK_INFO = MetricSpec(
    "ndc_link_info",
    "gauge",
    "boolean",
    ("link", "target", "device"),
    "1: the link leaves this router by the interface called device, of which node_exporter tells",
    "the link does not end here",
)
LINK_CAPACITY = MetricSpec(
    "ndc_link_capacity_bytes_per_second",
    "gauge",
    "bytes_per_second",
    ("link", "target"),
    "What the link carries in each direction, as it is declared",
    "the link does not end here, or is declared without a limit",
)
SERVICE_ANNOUNCED = MetricSpec(
    "ndc_service_announced",
    "gauge",
    "boolean",
    ("service", "target"),
    "Whether this router hears the service's address announced by the site called target",
    "the site may not serve it, or the router did not tell",
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
QUORUM_NO_SPACE = MetricSpec(
    "ndc_quorum_no_space",
    "gauge",
    "boolean",
    ("voter",),
    "Whether the voter says that the space of etcd's database is used up: then none takes writes",
    "the voter does not answer, or voters are not asked here",
)
SWITCH_SCHEDULED = MetricSpec(
    "ndc_database_switch_scheduled_timestamp_seconds",
    "gauge",
    "seconds",
    ("workload",),
    "When Patroni makes the switchover that somebody left for it, outside every plan",
    "none is left, or no member at this site tells",
)
SLOT_LEFT = MetricSpec(
    "ndc_database_slot_left_bytes",
    "gauge",
    "bytes",
    ("workload", "slot"),
    "How much more log is written until what the copy behind the slot needs is dropped; 0: it is",
    "the leader is not at this site, or could not be asked; or the log is kept without a limit",
)
CERTIFICATE_END = MetricSpec(
    "ndc_certificate_end_timestamp_seconds",
    "gauge",
    "seconds",
    ("owner",),
    "When the certificate ends that the host called owner shows",
    "the host is at another site, or showed none since the exporter began",
)
CLOCK_TIME_SERVERS = MetricSpec(
    "ndc_clock_time_servers",
    "gauge",
    "count",
    (),
    "With how many clocks outside the network this host's own is compared, as it is declared",
    "the host is no monitor: its clock is compared with those of monitors",
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

CATALOGUE = (
    RECOVERY_POINT,
    RPO_OBJECTIVE,
    CONNECTIONS_LEFT,
    LINK_UP,
    LINK_RTT_SECONDS,
    LINK_LOSS_RATIO,
    LINK_ONE_WAY_LOSS_RATIO,
    LINK_AVOIDED,
    LINK_INFO,
    LINK_CAPACITY,
    SERVICE_ANNOUNCED,
    BGP_SESSION_UP,
    BFD_SESSION_UP,
    QUORUM_VOTER_UP,
    QUORUM_TOLERATES,
    QUORUM_NO_SPACE,
    SWITCH_SCHEDULED,
    SLOT_LEFT,
    CERTIFICATE_END,
    CLOCK_TIME_SERVERS,
    COLLECTOR_SUCCESS,
    COLLECTOR_DURATION,
    PROBE_WRITES,
    PROBE_LAST_ACKNOWLEDGED,
    PROBE_MISSING,
    PROBE_SLIP,
    *PROTECTION,
    *PRACTICE,
    *HOSTS,
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
