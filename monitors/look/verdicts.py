"""Which alerts called a person lately, as each Prometheus has it on its disk."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx

from access.clients import prometheus
from access.clients.prometheus import Track
from inventory import endpoints
from inventory.names import HostName
from inventory.network import Network, Role
from monitors.health.alarms import PAGE
from monitors.look.alarms import WATCHDOG

_DEADLINE: Final = timedelta(seconds=5)
_SELECTOR: Final = f'ALERTS{{alertstate="firing",severity=~"{PAGE}|none"}}'
"""the watchdog too: it tells when there was a judge at all"""
_TOLD: Final = frozenset({"__name__", "alertname", "alertstate", "severity"})


@dataclass(frozen=True, slots=True)
class JudgedLately:
    """What one Prometheus judged lately, by its own clock."""

    judged: tuple[datetime, ...]
    """at which moments it judged at all, in order"""
    pages: Mapping[tuple[str, str], tuple[datetime, ...]]
    """at which of them each alert fired that calls a person, by its name and what it is about"""


def verdict_questions(
    network: Network, client: httpx.AsyncClient, lately: timedelta
) -> Iterable[tuple[HostName, Awaitable[JudgedLately]]]:
    """Yield the question to each Prometheus what it judged ``lately``, by its host."""
    for host in network.hosts_with(Role.MONITOR):
        root = f"https://{host.management.ip}:{endpoints.PROMETHEUS}"
        yield host.name, _judged_lately(client, root, lately)


async def _judged_lately(client: httpx.AsyncClient, root: str, lately: timedelta) -> JudgedLately:
    return _judged(await prometheus.tracks(client, root, _SELECTOR, lately, deadline=_DEADLINE))


def _judged(tracks: Iterable[Track]) -> JudgedLately:
    judged: tuple[datetime, ...] = ()
    pages: dict[tuple[str, str], tuple[datetime, ...]] = {}
    for track in tracks:
        name = track.labels.get("alertname", "")
        if name == WATCHDOG:
            judged = track.moments
        elif track.labels.get("severity") == PAGE:
            pages[name, _about(track.labels)] = track.moments
    return JudgedLately(judged, pages)


def _about(labels: Mapping[str, str]) -> str:
    """Return what an alert is about: all that its name does not say."""
    return ", ".join(f"{name} {labels[name]}" for name in sorted(labels.keys() - _TOLD))
