"""Stores and pools: what is seen of them, and which do not keep what was promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.text import age, duration, size
from inventory.names import HostName, PoolName, SiteName, StoreName
from monitors.health.clocks import ahead_of_now
from monitors.health.concern import Concern, Condition
from monitors.health.programs import FileSystemView
from monitors.health.promise import TOLD_LATE
from storage.hindrance import Hindrance
from storage.points import PointDifference

_NOT_READ: Final = timedelta(days=3)
"""a pool is read once a day"""
_APART: Final = "docs/runbooks/seen/store-kept-apart.md"
_OLD: Final = "docs/runbooks/seen/old-store-copy.md"
_WHY: Final = {
    Hindrance.SILENT: ": its source does not answer",
    Hindrance.ASTRAY: ": its source has no recovery point that is there",
    Hindrance.FULL: ": its pool has no room",
}
_MISSED: Final = 3
"""comparisons with the source that are left out in a row"""


@dataclass(frozen=True, slots=True)
class StoreCopyView:
    """What one refuge holds of a store."""

    host: HostName
    site: SiteName
    age: timedelta | None
    """of its newest recovery point, at worst: with what clocks are off by; None: it has none, or
    nobody tells, or it is ``early``
    """
    read_back_age: timedelta | None
    """of the newest one that was compared with its source; None: none was, or nobody tells"""
    differs: bool
    """whether that one was not what its source holds"""
    transfer: timedelta | None
    """how long the last transfer took; None: not told"""
    apart: int
    """how often its host wrote what was given up, and is kept there still; 0 as well: not told"""
    observer: HostName | None
    """whose Prometheus tells of it; None: nobody's would"""
    counted: PointDifference | None = None
    """how much of what is kept there no other host has; None: not told"""
    early: timedelta | None = None
    """how far its newest recovery point is ahead of now; None: it is not"""
    hindrance: Hindrance | None = None
    """what keeps it from what its source has; None: nothing does, or nobody tells"""


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


@dataclass(frozen=True, slots=True)
class PoolView:
    """One storage pool."""

    name: PoolName
    host: HostName
    folder: str
    errors: int | None
    """of its device, in its life; None: nobody tells"""
    scrub_age: timedelta | None
    """since all of it was read; None: it never was, or nobody tells"""
    room: FileSystemView | None
    """None: nobody tells; how full it is, is a concern of its host"""


def of_pool(pool: PoolView) -> Iterator[Concern]:
    """Yield whether ``pool`` lost something; a person replaces its device."""
    if pool.errors:
        look = f"next: ndc ssh {pool.host} -- btrfs device stats {pool.folder}"
        sentence = f"its device failed, or held what was not written, {pool.errors} times; {look}"
        yield Concern(pool.name, Condition.CRITICAL, sentence, pool.host)
    if pool.scrub_age is not None and pool.scrub_age > _NOT_READ:
        sentence = f"was last read as a whole {age(pool.scrub_age)} ago; {_journal(pool.host)}"
        yield Concern(pool.name, Condition.WARNING, sentence)


def of_store(store: StoreView, dead: frozenset[HostName]) -> Iterator[Concern]:
    """Yield what is wrong with the copies of ``store``; ``dead`` are hosts without power."""
    for copy in store.copies:
        yield from of_store_copy(store, copy, dead)


def of_store_copy(
    store: StoreView, copy: StoreCopyView, dead: frozenset[HostName]
) -> Iterator[Concern]:
    """Yield what is wrong with one ``copy`` of ``store``."""
    if copy.host in dead:
        sentence = f"the copy of {copy.host} is gone"
        yield Concern(store.name, Condition.WARNING, sentence, copy.host)
        return
    if copy.apart:
        much = f": {_amount(copy.counted)}" if copy.counted else ""
        sentence = f"{copy.host} keeps what it alone wrote before it was given up{much}; {_APART}"
        yield Concern(store.name, Condition.WARNING, sentence)
    if copy.differs:
        look = _journal(copy.host)
        sentence = f"the copy of {copy.host} is not what {store.source} holds; {look}"
        yield Concern(store.name, Condition.CRITICAL, sentence, copy.host)
    yield from _of_its_age(store, copy, dead)


def _of_its_age(
    store: StoreView, copy: StoreCopyView, dead: frozenset[HostName]
) -> Iterator[Concern]:
    """Yield what is wrong with how old ``copy`` is, or how long ago it was compared."""
    cause = store.source if store.source in dead else None
    observer = copy.observer if copy.observer in dead else None
    is_astray = copy.hindrance is Hindrance.ASTRAY
    look = _OLD if is_astray else _journal(copy.host)
    if copy.early is not None:
        yield Concern(
            store.name, Condition.WARNING, ahead_of_now(copy.host, copy.early, store.source)
        )
    elif copy.age is None:
        sentence = f"no recovery point of {copy.host} was seen; {look}"
        yield Concern(store.name, Condition.UNSEEN, sentence, observer or cause)
    elif copy.age > store.recovery_point + TOLD_LATE:
        old, most = _seconds(copy.age), duration(store.recovery_point)
        why = _WHY.get(copy.hindrance, "") if copy.hindrance else ""
        sentence = f"the copy of {copy.host} is {old} old, of at most {most}{why}; {look}"
        yield Concern(store.name, Condition.WARNING, sentence, cause)
    elif is_astray:
        sentence = f"{copy.host} takes nothing more{_WHY[Hindrance.ASTRAY]}; {look}"
        yield Concern(store.name, Condition.WARNING, sentence)
    elif copy.read_back_age is None:
        sentence = f"the copy of {copy.host} was never compared with its source; {look}"
        yield Concern(store.name, Condition.WARNING, sentence, cause)
    elif copy.read_back_age > _MISSED * store.read_back:
        ago = _seconds(copy.read_back_age)
        sentence = f"the copy of {copy.host} was compared with its source {ago} ago; {look}"
        yield Concern(store.name, Condition.WARNING, sentence, cause)


def _amount(counted: PointDifference) -> str:
    files = "1 file or folder" if counted.files == 1 else f"{counted.files} files and folders"
    return f"{files}, {size(counted.size_bytes)}"


def _journal(host: HostName) -> str:
    return f"next: ndc ssh {host} -- journalctl --unit ndc-storage --lines 20"


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"
