"""Which alarms call a person while a drill is held, by the word of those who judge. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from inventory.names import HostName, SiteName

JUDGES_EVERY: Final = timedelta(seconds=5)
"""as Prometheus is told; a moment of an alarm is known to within two of these"""


@dataclass(frozen=True, slots=True)
class PagesNow:
    """Which alarms call a person now, and of which nobody could say."""

    firing: tuple[str, ...] = ()
    """a sentence each; what is held back is among them"""
    unheard: tuple[str, ...] = ()
    """why some may fire that nobody hears; empty: all could be heard"""

    @property
    def wrong(self) -> tuple[str, ...]:
        """What keeps anybody from saying that none fires; empty: none does."""
        return (*self.firing, *self.unheard)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one who judges said, and when, by its own clock."""

    site: SiteName
    judged: tuple[datetime, ...]
    """at which moments it judged at all, in order"""
    fired: Mapping[tuple[str, str], tuple[datetime, ...]]
    """at which of them each alarm called, by its name and what it is about; in order"""


@dataclass(frozen=True, slots=True)
class Paged:
    """One alarm that called a person."""

    name: str
    about: str
    sites: tuple[SiteName, ...]
    """where it was judged so"""
    began_at: datetime
    """by the clock of the first who judged so"""
    ended_at: datetime | None
    """by the clock of the last; None: it is not known to have ended"""


@dataclass(frozen=True, slots=True)
class PageRecord:
    """Which alarms called a person since the loss."""

    answered: tuple[HostName, ...]
    """whose word it is"""
    silent: tuple[HostName, ...]
    """who judges too, and did not answer"""
    pages: tuple[Paged, ...]
    """oldest first"""


def page_record(verdicts: Mapping[HostName, Verdicts], judges: Iterable[HostName]) -> PageRecord:
    """Return what those of ``judges`` who answered called, by their ``verdicts``.

    What several called at once is one alarm.
    """
    answered = tuple(host for host in judges if host in verdicts)
    silent = tuple(host for host in judges if host not in verdicts)
    each: dict[tuple[str, str], list[Paged]] = {}
    for host in answered:
        for paged in _of_one(verdicts[host]):
            each.setdefault((paged.name, paged.about), []).append(paged)
    merged = [paged for same in each.values() for paged in _merged(same)]
    order = sorted(merged, key=lambda one: (one.began_at, one.name, one.about))
    return PageRecord(answered, silent, tuple(order))


def _of_one(verdicts: Verdicts) -> Iterator[Paged]:
    for (name, about), moments in verdicts.fired.items():
        for first, last in _stretches(moments, verdicts.judged):
            ended = _next(last, verdicts.judged)
            yield Paged(name, about, (verdicts.site,), first, ended)


def _stretches(
    moments: Sequence[datetime], judged: Sequence[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the first and last moment of each time for which it fired, however often it was asked.

    Who judged nothing for a while did not say either that it was over.
    """
    if not moments:
        return
    first = moments[0]
    for last, again in pairwise(moments):
        over = _next(last, judged)
        if over is not None and over < again:
            yield first, last
            first = again
    yield first, moments[-1]


def _next(moment: datetime, judged: Sequence[datetime]) -> datetime | None:
    """Return when it was judged anew after ``moment``; None: it was not.

    Alarms of one kind are judged together, and those of another some seconds later.
    """
    return next((one for one in judged if one > moment + JUDGES_EVERY), None)


def _merged(same: Sequence[Paged]) -> Iterator[Paged]:
    """Yield alarms that do not overlap; who judged at the same time judged the same."""
    now: Paged | None = None
    for one in sorted(same, key=lambda paged: paged.began_at):
        if now is None or (now.ended_at is not None and now.ended_at < one.began_at):
            if now is not None:
                yield now
            now = one
        else:
            ends = (now.ended_at, one.ended_at)
            ended = None if None in ends else max(filter(None, ends))
            sites = tuple(dict.fromkeys((*now.sites, *one.sites)))
            now = Paged(now.name, now.about, sites, now.began_at, ended)
    if now is not None:
        yield now
