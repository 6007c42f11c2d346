"""The programs and the disks of a host: what is seen of them, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from inventory.names import HostName
from monitors.health.concern import Concern, Condition

_NEARLY_FULL_RATIO: Final = 0.05
_FULL_RATIO: Final = 0.01
_VOTER: Final = "etcd.service"
_SILENT: Final = timedelta(seconds=60)
"""an agent looks every 5 s, and is read every 5 s"""
_FULL_BYTES: Final = 16 * 2**20
"""a database can no longer begin a segment of its log"""


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit that is to run on a host all the time, and does not."""

    name: str
    state: str | None
    """systemd's word: ``failed``, ``inactive``, ``activating`` …; None: it knows no such unit"""


@dataclass(frozen=True, slots=True)
class AgentView:
    """What the agent of a host tells of itself."""

    looked_ago: timedelta
    refused: bool
    """whether etcd turned it away"""
    serving_nobody: tuple[str, ...]
    """services that are announced here and do not answer here"""
    standing_out: tuple[str, ...]
    """services that are placed here, and announced by other hosts: they do not answer here"""


@dataclass(frozen=True, slots=True)
class FileSystemView:
    """What holds files at one place of a host."""

    mount: str
    available_bytes: int
    """to those who are not root"""
    size_bytes: int
    fills_soon: bool = False
    """whether it is full within a day if it goes on as it did, by its site's Prometheus"""

    @property
    def is_full(self) -> bool:
        """Whether what writes here must fail."""
        return self.available_bytes < max(_FULL_RATIO * self.size_bytes, _FULL_BYTES)

    @property
    def is_nearly_full(self) -> bool:
        """Whether somebody has to make room."""
        return self.available_bytes < _NEARLY_FULL_RATIO * self.size_bytes


def of_units(
    host: HostName, units: tuple[UnitView, ...] | None, *, retired: bool = False
) -> Iterator[Concern]:
    """Yield which ``units`` of ``host`` do not run, and what to type next.

    systemd starts them again, so none of it has a known cause that stays; but for a voter whose
    vote was taken out (``retired``): the others know it no more, until a person gives it back.
    """
    if units is None:
        sentence = "does not tell which of its programs run; next: " + _journal(
            host, "prometheus-node-exporter.service"
        )
        yield Concern(host, Condition.UNSEEN, sentence)
        return
    for unit in units:
        match unit.state:
            case None:
                condition, what = Condition.CRITICAL, "is unknown to systemd; next: ndc up"
            case "activating" | "deactivating" | "reloading" as state:
                condition = Condition.WARNING
                what = f"is {state}; next: {_journal(host, unit.name)}"
            case "inactive":
                condition = Condition.CRITICAL
                what = f"does not run; next: ndc ssh {host} -- systemctl start {unit.name}"
            case state:
                condition = Condition.CRITICAL
                what = f"has {state}; next: {_journal(host, unit.name)}"
        because = host if retired and unit.name == _VOTER else None
        yield Concern(host, condition, f"{unit.name} {what}", because)


def of_file_systems(host: HostName, places: tuple[FileSystemView, ...]) -> Iterator[Concern]:
    """Yield which ``places`` of ``host`` have no room; they stay so until a person makes some."""
    for place in places:
        look = f"next: ndc ssh {host} -- df -h {place.mount}"
        if place.is_full:
            left = f"{place.available_bytes / 10**6:.0f} MB left"
            sentence = f"the file system at {place.mount} is full ({left}); {look}"
            yield Concern(host, Condition.CRITICAL, sentence, host)
        elif place.is_nearly_full:
            left = f"{place.available_bytes / place.size_bytes:.0%} left"
            sentence = f"the file system at {place.mount} is nearly full ({left}); {look}"
            yield Concern(host, Condition.WARNING, sentence, host)
        elif place.fills_soon:
            sentence = f"the file system at {place.mount} is full within a day, if this goes on"
            yield Concern(host, Condition.WARNING, f"{sentence}; {look}", host)


def of_agent(host: HostName, agent: AgentView | None) -> Iterator[Concern]:
    """Yield what the agent of ``host`` cannot do, and which service it announces for nothing."""
    if agent is None:
        return
    look = f"next: {_journal(host, 'ndc-agent.service')}"
    if agent.looked_ago > _SILENT:
        silent = f"its agent has not looked for {agent.looked_ago.total_seconds():.0f} s; {look}"
        yield Concern(host, Condition.WARNING, silent)
        return
    if agent.refused:
        yield Concern(host, Condition.WARNING, f"etcd turns its agent away; {look}")
    for service in agent.serving_nobody:
        sentence = f"announces {service} and serves nobody; {look}"
        yield Concern(host, Condition.CRITICAL, sentence)
    for service in agent.standing_out:
        sentence = f"does not announce {service}, since it would serve nobody; {look}"
        yield Concern(host, Condition.WARNING, sentence)


def _journal(host: HostName, unit: str) -> str:
    return f"ndc ssh {host} -- journalctl --unit {unit} --lines 20"
