"""From what Alertmanagers answer to what fires in the whole network."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Final

import httpx

from access.clients.alertmanager import FiredAlert, alerts_async
from inventory import endpoints
from inventory.names import HostName
from inventory.network import Network, Role
from monitors.health.alarms import PAGE, AlarmsView, AlarmView, MuteSite
from monitors.look.readings import Readings

WATCHDOG: Final = "Watchdog"
"""fires always: whoever hears it hears that site"""
_ORDER: Final = (PAGE, "ticket")


def alert_questions(
    network: Network, client: httpx.AsyncClient, deadline: timedelta
) -> Iterable[tuple[HostName, Awaitable[tuple[FiredAlert, ...]]]]:
    """Yield the question to each Alertmanager, by its host."""
    for host in network.hosts_with(Role.MONITOR):
        root = f"https://{host.management.ip}:{endpoints.ALERTMANAGER}"
        yield host.name, alerts_async(client, root, deadline=deadline)


def alarms_view(network: Network, readings: Readings) -> AlarmsView | None:
    """Return what fires, each alert once; None: nobody could tell, or nobody watches."""
    if not readings.alerts:
        return None
    fired = {alert.fingerprint: alert for answer in readings.alerts.values() for alert in answer}
    audible = {a.labels.get("site") for a in fired.values() if _name(a) == WATCHDOG}
    monitors = network.hosts_with(Role.MONITOR)
    watching = dict.fromkeys(host.site for host in monitors)
    # an alert stands for minutes after whoever called it is gone
    answering = {host.site for host in monitors if host.name in readings.samples}
    alarms = [_view(alert) for alert in fired.values() if _name(alert) != WATCHDOG]
    return AlarmsView(
        tuple(sorted(alarms, key=_rank)),
        tuple(
            MuteSite(
                site, tuple(host.name for host in monitors if host.site == site), site in answering
            )
            for site in watching
            if site not in audible & answering
        ),
    )


def _view(alert: FiredAlert) -> AlarmView:
    return AlarmView(
        name=_name(alert),
        severity=alert.labels.get("severity", ""),
        site=alert.labels.get("site", ""),
        summary=alert.annotations.get("summary", ""),
        runbook=alert.annotations.get("runbook", ""),
        since=alert.since,
        held_back=alert.held_back,
    )


def _name(alert: FiredAlert) -> str:
    return alert.labels.get("alertname", "")


def _rank(alarm: AlarmView) -> tuple[object, ...]:
    severity = _ORDER.index(alarm.severity) if alarm.severity in _ORDER else len(_ORDER)
    return alarm.held_back, severity, alarm.since, alarm.name, alarm.summary
