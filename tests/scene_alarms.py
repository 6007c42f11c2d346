"""Alarms of a simulated network: judged at every site on its own, heard later, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr.drills.alarms import JUDGES_EVERY, PageRecord, PagesNow, Verdicts, page_record
from dr.simulation.world import World
from inventory.names import HostName
from inventory.network import Host, Role
from tests.rehearsals import SERVICE

STANDS = timedelta(minutes=4)
"""for which an Alertmanager believes a judge that says nothing more"""
REFUSES = ("ServiceRefuses", f"service {SERVICE}")
_REFUSES_AFTER = timedelta(seconds=15)
_MUTE_AFTER = timedelta(seconds=30)


@dataclass(slots=True)
class _Judge:
    """A Prometheus: what it holds in memory is gone with its power, what is on its disk is not."""

    calling: set[tuple[str, str]] = field(default_factory=set)
    judged: list[datetime] = field(default_factory=list)
    fired: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)


@dataclass(slots=True)
class SimulatedAlarms:
    """What calls a person in ``world``; begins with it, and goes on for ever."""

    world: World
    silent: set[HostName] = field(default_factory=set)
    """monitors that are well, and answer nobody who asks"""
    others: dict[tuple[str, str], Callable[[HostName], bool]] = field(default_factory=dict)
    """alarms besides: whether each calls, as that monitor judges"""
    _judges: dict[HostName, _Judge] = field(default_factory=dict)
    _stands: dict[tuple[HostName, tuple[str, str]], timedelta] = field(default_factory=dict)
    """until when Alertmanagers believe what a judge said last"""

    def __post_init__(self) -> None:
        self._judges = {host.name: _Judge() for host in self._monitors}
        self._judge()

    def now(self) -> PagesNow:
        """Return what Alertmanagers say that answer."""
        if not self._answering():
            return PagesNow(unheard=("alarms: no Alertmanager answers",))
        now = self.world.elapsed()
        standing = {alarm for (_, alarm), until in self._stands.items() if until > now}
        mute = [host for host, judge in self._judges.items() if not self._is_heard(host, judge)]
        network = self.world.truth.network
        return PagesNow(
            tuple(f"alarm {name} calls: {about}" for name, about in sorted(standing)),
            tuple(f"alarms of {network.host(host).site}: nobody hears them" for host in mute),
        )

    def lately(self, lately: timedelta) -> PageRecord:
        """Return what those who answer have on their disks."""
        since, network = self.world.now() - lately, self.world.truth.network
        told = {
            host: Verdicts(
                network.host(host).site,
                tuple(one for one in self._judges[host].judged if one >= since),
                {
                    alarm: tuple(one for one in moments if one >= since)
                    for alarm, moments in self._judges[host].fired.items()
                },
            )
            for host in self._answering()
        }
        return page_record(told, [host.name for host in self._monitors])

    @property
    def _monitors(self) -> tuple[Host, ...]:
        return tuple(self.world.truth.network.hosts_with(Role.MONITOR))

    def _answering(self) -> list[HostName]:
        runs = self.world.truth.plant.runs
        return [one for one in self._judges if runs(one) and one not in self.silent]

    def _is_heard(self, host: HostName, judge: _Judge) -> bool:
        return (
            host in self._answering()
            and bool(judge.judged)
            and self.world.now() - judge.judged[-1] <= _MUTE_AFTER
        )

    def _judge(self) -> None:
        for host, judge in self._judges.items():
            if self.world.truth.plant.runs(host):
                self._judge_at(host, judge)
            else:
                judge.calling.clear()  # nobody takes back what it said last
        self.world.timeline.at(JUDGES_EVERY, self._judge)

    def _judge_at(self, host: HostName, judge: _Judge) -> None:
        now, elapsed = self.world.now(), self.world.elapsed()
        calls = {alarm for alarm, calls_at in self.others.items() if calls_at(host)}
        writes = self.world.citizens[SERVICE].acknowledged
        if writes and elapsed - writes[-1].at > _REFUSES_AFTER:
            calls.add(REFUSES)
        judge.judged.append(now)
        for alarm in calls:
            judge.fired.setdefault(alarm, []).append(now)
            self._stands[host, alarm] = elapsed + STANDS
        for alarm in judge.calling - calls:
            self._stands.pop((host, alarm), None)
        judge.calling = calls
