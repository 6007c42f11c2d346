"""What waits for a person: an order that was left for Patroni, a certificate that ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client.metrics_core import Metric

from inventory.names import DatabaseName, HostName
from monitors.catalogue import CERTIFICATE_END, SWITCH_SCHEDULED
from monitors.families import family


def order_families(scheduled: Mapping[DatabaseName, datetime]) -> list[Metric]:
    """Return when Patroni makes each switchover that is left for it."""
    rows = (((database,), at.timestamp()) for database, at in scheduled.items())
    return [family(SWITCH_SCHEDULED, rows)]


def certificate_families(ends: Mapping[HostName, datetime]) -> list[Metric]:
    """Return when the certificate of each host ends."""
    return [family(CERTIFICATE_END, (((host,), at.timestamp()) for host, at in ends.items()))]
