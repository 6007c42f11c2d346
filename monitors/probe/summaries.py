"""What a service's probe knows, in the forms that others read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product

from prometheus_client.metrics_core import Metric

from access.clients.probe import LedgerHead, ServiceSummary
from monitors.catalogue import (
    PROBE_LAST_ACKNOWLEDGED,
    PROBE_MISSING,
    PROBE_SLIP,
    PROBE_WRITES,
)
from monitors.families import family
from monitors.ledger import Head, LedgerEntry, WriteOutcome
from monitors.probe.citizen import ConnectionKind
from monitors.probe.service_probe import ServiceProbe

SUMMARISED = timedelta(seconds=10)
_CONNECTIONS: tuple[ConnectionKind, ...] = ("new", "kept")


def service_summary(probe: ServiceProbe) -> ServiceSummary:
    """Return how the service did in the last seconds."""
    now = probe.now()
    lately = [entry for entry in probe.recent() if entry.due_at >= now - SUMMARISED]
    last = probe.last_acknowledged
    return ServiceSummary(
        taken_at=now,
        window_seconds=SUMMARISED.total_seconds(),
        acknowledged=_count(lately, WriteOutcome.OK),
        refused=_count(lately, WriteOutcome.REFUSED),
        unknown=_count(lately, WriteOutcome.UNKNOWN),
        last_acknowledged_at=last.ended_at if last else None,
        site=last.site if last else "",
        host=last.host if last else "",
        missing=len(probe.losses),
        missing_since=probe.losses.since(),
        slip_seconds=_slip(lately),
        head=_head(probe.head),
    )


def probe_families(probes: Mapping[str, ServiceProbe]) -> list[Metric]:
    """Return the probe's metrics; every outcome is a series from the start."""
    return [
        family(
            PROBE_WRITES,
            (
                ((name, connection, outcome), float(probe.counts[connection, outcome]))
                for name, probe in probes.items()
                for connection, outcome in product(_CONNECTIONS, WriteOutcome)
            ),
        ),
        family(
            PROBE_LAST_ACKNOWLEDGED,
            (
                ((name,), _timestamp(probe.last_acknowledged.ended_at))
                for name, probe in probes.items()
                if probe.last_acknowledged is not None
            ),
        ),
        family(PROBE_MISSING, (((name,), float(len(p.losses))) for name, p in probes.items())),
        family(PROBE_SLIP, (((name,), _slip(p.recent())) for name, p in probes.items())),
    ]


def _count(entries: list[LedgerEntry], outcome: WriteOutcome) -> int:
    return sum(entry.outcome is outcome for entry in entries)


def _slip(entries: list[LedgerEntry]) -> float:
    return max(((e.sent_at - e.due_at).total_seconds() for e in entries), default=0.0)


def _head(head: Head) -> LedgerHead:
    return LedgerHead(lines=head.lines, hash=head.hash)


def _timestamp(moment: datetime) -> float:
    return moment.timestamp()
