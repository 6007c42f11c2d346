"""What Prometheus calls about at every site, and which site could tell nobody anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inventory.names import HostName, SiteName
from monitors.health.concern import Concern, Condition

PAGE: Final = "page"
"""the severity of what calls a person"""


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alert that fires."""

    name: str
    severity: str
    """``page``: somebody is woken; ``ticket``: it may wait for the day"""
    site: str
    """of the Prometheus that judged so, or that the alert is about"""
    summary: str
    runbook: str
    """in the repository"""
    since: datetime
    held_back: bool
    """nobody is called: another alert explains it, or somebody silenced it"""


@dataclass(frozen=True, slots=True)
class MuteSite:
    """A site whose alarms nobody hears any more; it may be well all the same."""

    site: SiteName
    monitors: tuple[HostName, ...]
    """at least one"""
    answers: bool
    """whether a Prometheus of it answered whoever looked: then its word is lost on the way"""


@dataclass(frozen=True, slots=True)
class AlarmsView:
    """All alerts that fire, by the word of every Alertmanager that answered."""

    alarms: tuple[AlarmView, ...]
    """pages first, what is held back last, oldest first"""
    mute: tuple[MuteSite, ...]


def of_alarms(alarms: AlarmsView | None, powerless: frozenset[HostName]) -> Iterator[Concern]:
    """Yield a concern for each site that could tell nobody anything.

    An alert is none of its own: what it says is judged from the snapshot itself.
    """
    for mute in alarms.mute if alarms else ():
        cause = next((host for host in mute.monitors if host in powerless), None)
        why = "nobody hears its watchdog" if mute.answers else "its Prometheus does not answer"
        look = "" if cause else f"; next: {_look(mute)}"
        sentence = f"{why}: its alarms could not sound{look}"
        yield Concern(f"alarms of {mute.site}", Condition.WARNING, sentence, cause)


def _look(mute: MuteSite) -> str:
    unit = "prometheus-alertmanager" if mute.answers else "prometheus"
    return f"ndc ssh {mute.monitors[0]} -- systemctl status {unit}"


def alarms_line(alarms: AlarmsView | None) -> str:
    """Return in one line how many alerts fire, and which."""
    if alarms is None:
        return "no Alertmanager answers"
    called = [alarm for alarm in alarms.alarms if not alarm.held_back]
    held = len(alarms.alarms) - len(called)
    names = list(dict.fromkeys(alarm.name for alarm in called))
    if not names:
        return "none fires"
    rest = f"; {held} held back" if held else ""
    return f"{len(called)} fire: {', '.join(names)}{rest}"
