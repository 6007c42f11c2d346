"""Small files that a drill writes into stores, to see afterwards what came over. Pure.

One a second is written as the store's owner does, from where citizens stand, for as long as the
drill lasts. Each is a file of its own that holds its number; so what was acknowledged, and is
gone, is known to the second. All of a drill lie in one folder, and are removed with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from inventory.names import StoreName

TRACED_EVERY = timedelta(seconds=1)


class TracerFate(StrEnum):
    """What became of the writing of one tracer."""

    KEPT = "kept"
    """it was acknowledged"""
    REFUSED = "refused"
    """for certain not there"""
    UNKNOWN = "unknown"
    """never answered: it may be there or not"""


@dataclass(frozen=True, slots=True)
class Tracer:
    """One attempt to read the store, and then to write one file."""

    number: int
    sent: timedelta
    """since boot of the host that wrote, as each moment here"""
    ended: timedelta
    fate: TracerFate
    is_read: bool
    """whether the store answered a reader just before"""


@dataclass(frozen=True, slots=True)
class StoreTrail:
    """What was written to one store, and what is there of it at the end."""

    tracers: tuple[Tracer, ...] = ()
    """in the order of their numbers; none, where who wrote them is gone"""
    present: frozenset[int] = frozenset()
    """which of those that were acknowledged were read back as they had been written"""
    gone: frozenset[int] = frozenset()
    """which were acknowledged, and the store says that it has none such"""
    removed: bool = False
    """whether the store said that it holds none of them any more"""


@dataclass(frozen=True, slots=True)
class TracingMark:
    """One moment of the tracing, and how far it was by then."""

    shown: timedelta
    """since boot of the host that writes"""
    own: timedelta
    """since boot of whoever asked"""
    within: timedelta
    """how far off ``own`` may be: half of what asking took"""
    acknowledged: Mapping[StoreName, int] = field(default_factory=dict)
    """how many tracers each store acknowledged by then"""

    def at(self, own: timedelta) -> timedelta:
        """Return what the host that writes showed when whoever asked showed ``own``."""
        return self.shown + own - self.own


@dataclass(frozen=True, slots=True)
class TracerParty:
    """Whom the host that writes has to be for one store; it is told by the way of standard input.

    It is kept in memory there, and nowhere else.
    """

    store: StoreName
    address: str
    """of the store"""
    certificate: str
    """PEM"""
    key: str = field(repr=False)
    """PEM"""


def folder_of(drill: str) -> str:
    """Return the folder of a store in which the tracers of ``drill`` lie."""
    return f"ndc-drill-{drill}"


def staying(store: StoreName, drill: str) -> str:
    """Return what is said where nobody saw that the tracers of ``drill`` went from ``store``."""
    folder = folder_of(drill)
    return f"{store} may keep {folder}/: its owner removes it, DELETE https://{store}/{folder}/"


_PARTIES: TypeAdapter[tuple[TracerParty, ...]] = TypeAdapter(tuple[TracerParty, ...])
_TRACER: TypeAdapter[tuple[StoreName, Tracer]] = TypeAdapter(tuple[StoreName, Tracer])
_END: TypeAdapter[tuple[StoreName, StoreTrail]] = TypeAdapter(tuple[StoreName, StoreTrail])
_SHOWN: TypeAdapter[tuple[timedelta, dict[StoreName, int]]] = TypeAdapter(
    tuple[timedelta, dict[StoreName, int]]
)


def parties_text(parties: Iterable[TracerParty]) -> str:
    """Return ``parties`` in one line."""
    return _PARTIES.dump_json(tuple(parties)).decode()


def read_parties(text: str) -> tuple[TracerParty, ...]:
    """Return the parties that ``text`` holds; ValueError if it holds none.

    The complaint quotes nothing of it: there are keys in it.
    """
    try:
        return _PARTIES.validate_json(text)
    except ValidationError:
        raise ValueError("no parties") from None


def tracer_line(store: StoreName, tracer: Tracer) -> str:
    """Return what is printed once ``tracer`` was written, or not."""
    return _TRACER.dump_json((store, tracer)).decode()


def end_line(store: StoreName, trail: StoreTrail) -> str:
    """Return what is printed of ``store`` at the end; its tracers were printed before."""
    return _END.dump_json(
        (store, StoreTrail((), trail.present, trail.gone, trail.removed))
    ).decode()


def read_trails(text: str) -> dict[StoreName, StoreTrail]:
    """Return the trails whose ends the lines of ``text`` tell of; a store without one is absent.

    ValueError if a line cannot be read.
    """
    tracers: dict[StoreName, list[Tracer]] = {}
    ends: dict[StoreName, StoreTrail] = {}
    for line in text.splitlines():
        try:
            if "number" in json.loads(line)[1]:
                store, tracer = _TRACER.validate_json(line)
                tracers.setdefault(store, []).append(tracer)
            else:
                store, end = _END.validate_json(line)
                ends[store] = end
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(line[:200]) from error
    return {
        store: StoreTrail(tuple(tracers.get(store, ())), end.present, end.gone, end.removed)
        for store, end in ends.items()
    }


def shown_text(shown: timedelta, acknowledged: Mapping[StoreName, int]) -> str:
    """Return what is printed of how far it is."""
    return _SHOWN.dump_json((shown, dict(acknowledged))).decode()


def read_shown(text: str) -> tuple[timedelta, dict[StoreName, int]]:
    """Return what the clock of the host that writes showed, and how far it was by then.

    ValueError if ``text`` does not tell.
    """
    try:
        return _SHOWN.validate_json(text)
    except ValidationError as error:
        raise ValueError(text[:200]) from error
