"""Alerts as Alertmanagers tell them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from access.clients.alertmanager import FiredAlert
from inventory.names import HostName
from inventory.network import Network, Role

SINCE = datetime(2030, 5, 17, 4, 59, 19, tzinfo=UTC)


def alarm(
    name: str, site: str, severity: str = "page", summary: str = "", *, held_back: bool = False
) -> FiredAlert:
    """Return an alert that fires."""
    page = re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
    return FiredAlert(
        fingerprint=f"{name} {site} {summary}",
        labels={"alertname": name, "site": site, "severity": severity},
        annotations={"summary": summary, "runbook": f"docs/runbooks/alerts/{page}.md"},
        since=SINCE,
        held_back=held_back,
    )


def heard(of: Network, *alerts: FiredAlert) -> dict[HostName, tuple[FiredAlert, ...]]:
    """Return the answers of all Alertmanagers of a network in which ``alerts`` fire."""
    return {host.name: alerts for host in of.hosts_with(Role.MONITOR)}
