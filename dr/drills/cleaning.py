"""Ends a drill that somebody began: its run, and what it took. May be begun anew at any time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from core.text import Say
from dr.drills.record import DrillRecord, DrillStage
from dr.drills.scene import Scene
from dr.tracing import StoreTrail, staying
from inventory.names import StoreName


class DrillBook(Protocol):
    """Where it is written down what drills take; a port."""

    def keep(self, record: DrillRecord) -> None:
        """Have ``record`` survive a power cut, and replace what was kept of its drill.

        Raises:
            Rejected: it could not be written.
        """


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A drill that is over."""

    record: DrillRecord
    trails: Mapping[StoreName, StoreTrail]
    """what became of its tracers; of a store of which nobody can say, none"""


def clean(scene: Scene, book: DrillBook, record: DrillRecord, say: Say) -> Cleaned:
    """Return ``record`` as over: its run goes on no more, and all that it took is given back.

    Its run ends first, while what it was planned for still lasts: it turns back if it still can,
    and goes on if not. What holds it up then may be what is missing, so it goes on once more; and
    if it waits for a person even so, it is given up: what it waited for is over.

    Hosts that the run gave up are admitted again, what only they hold being kept first. Then its
    tracers are removed; where they may stay is said, and holds nobody up.

    Raises:
        NdcError: not all of it is so, or nobody knows; clean again.
    """
    if record.stage is DrillStage.OVER:
        return Cleaned(record, {})
    over = scene.end_run(record)
    if record.hosts or record.links:
        say(f"gives back {record.takes}")
        scene.give_back(record.hosts, record.links)
    if not (over or scene.end_run(record)):
        say(f"gives {record.run} up: it waits for a person, and the drill is over")
        scene.give_up(record)
    scene.admit(record.hosts)
    trails = scene.end_tracing(record) if record.stores else {}
    for sentence in _staying(record, trails):
        say(sentence)
    done = replace(record, stage=DrillStage.OVER)
    book.keep(done)
    return Cleaned(done, trails)


def _staying(record: DrillRecord, trails: Mapping[StoreName, StoreTrail]) -> Iterator[str]:
    """Yield in which stores tracers may stay."""
    for store in record.stores:
        trail = trails.get(store)
        if trail is None or not trail.removed:
            yield staying(store, record.id)
