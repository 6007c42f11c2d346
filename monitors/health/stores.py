"""Stores: what is seen of their copies, and which of them do not keep what was promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.text import duration
from inventory.names import HostName, SiteName, StoreName
from monitors.health.concern import Concern, Condition

_TOLD_LATE: Final = timedelta(seconds=15)
"""a copy is told of every few seconds: one that much beyond its promise may still keep it"""
_MISSED: Final = 3
"""comparisons with the source that are left out in a row"""


@dataclass(frozen=True, slots=True)
class StoreCopyView:
    """What one refuge holds of a store."""

    host: HostName
    site: SiteName
    age: timedelta | None
    """of its newest recovery point; None: it has none, or nobody tells"""
    read_back_age: timedelta | None
    """of the newest one that was compared with its source; None: none was, or nobody tells"""
    differs: bool
    """whether that one was not what its source holds"""
    transfer: timedelta | None
    """how long the last transfer took; None: not told"""
    observer: HostName | None
    """whose Prometheus tells of it; None: nobody's would"""


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store over its sites."""

    name: StoreName
    home: SiteName
    source: HostName
    recovery_point: timedelta
    """how old a copy may be"""
    read_back: timedelta
    """how often a copy is to be compared with its source"""
    copies: tuple[StoreCopyView, ...]


def of_store(store: StoreView, dead: frozenset[HostName]) -> Iterator[Concern]:
    """Yield what is wrong with the copies of ``store``; ``dead`` are hosts without power."""
    for copy in store.copies:
        if copy.host in dead:
            sentence = f"the copy of {copy.host} is gone"
            yield Concern(store.name, Condition.WARNING, sentence, copy.host)
        else:
            yield from _of_copy(store, copy, dead)


def _of_copy(store: StoreView, copy: StoreCopyView, dead: frozenset[HostName]) -> Iterator[Concern]:
    cause = store.source if store.source in dead else None
    observer = copy.observer if copy.observer in dead else None
    look = f"next: ndc ssh {copy.host} -- journalctl --unit ndc-storage --lines 20"
    if copy.differs:
        sentence = f"the copy of {copy.host} is not what {store.source} holds; {look}"
        yield Concern(store.name, Condition.CRITICAL, sentence, copy.host)
    if copy.age is None:
        sentence = f"no recovery point of {copy.host} was seen; {look}"
        yield Concern(store.name, Condition.UNSEEN, sentence, observer or cause)
    elif copy.age > store.recovery_point + _TOLD_LATE:
        age, most = _seconds(copy.age), duration(store.recovery_point)
        sentence = f"the copy of {copy.host} is {age} old, of at most {most}; {look}"
        yield Concern(store.name, Condition.WARNING, sentence, cause)
    elif copy.read_back_age is not None and copy.read_back_age > _MISSED * store.read_back:
        age = _seconds(copy.read_back_age)
        sentence = f"the copy of {copy.host} was compared with its source {age} ago; {look}"
        yield Concern(store.name, Condition.WARNING, sentence, cause)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"
