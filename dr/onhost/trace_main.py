"""``ndc-trace``: write tracers into stores as their owners do, from where citizens stand.

    python -I -m dr.onhost.trace_main write DRILL SECONDS   parties on standard input
    python -I -m dr.onhost.trace_main now DRILL
    python -I -m dr.onhost.trace_main end DRILL
    python -I -m dr.onhost.trace_main remove DRILL          parties on standard input

Run over SSH by a drill. ``write`` prints a line for each tracer, and ends when it is told to by
``end``, when nobody reads its lines any more, or after so many seconds; then it looks for all that
was acknowledged, removes it, and prints what it found. ``now`` and ``end`` print the time since
boot, and how many tracers each store has acknowledged. ``remove`` is for a drill whose writer is
gone: it removes what that left. Who the parties are is kept in memory alone.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, TextIO

from core import files, host_paths
from core.clock import Clock
from core.system_clock import SystemClock
from dr.onhost.store_owner import StoreOwner
from dr.onhost.tracers import ENDS, TracerWriter
from dr.tracing import (
    StoreTrail,
    Tracer,
    TracerFate,
    end_line,
    folder_of,
    read_parties,
    shown_text,
    tracer_line,
)
from inventory.names import StoreName

_OVER: Final = ".over"


@dataclass(frozen=True, slots=True)
class TracingRoom:
    """What programs of one drill tell each other on this host: a folder, which no boot leaves."""

    at: Path

    def begin(self) -> None:
        """Make the folder, unless it was ended before it began; those of other drills go."""
        for other in self.at.parent.glob("*"):
            if other != self.at:
                shutil.rmtree(other, ignore_errors=True)
        self.at.mkdir(parents=True, exist_ok=True)

    def end(self) -> None:
        """Let whoever writes end, also who begins only now."""
        self.at.mkdir(parents=True, exist_ok=True)
        (self.at / _OVER).touch()

    @property
    def is_over(self) -> bool:
        """Whether who writes is to end."""
        return (self.at / _OVER).exists()

    def count(self, store: StoreName, acknowledged: int) -> None:
        """Have others know how many tracers ``store`` acknowledged."""
        (self.at / store).write_text(str(acknowledged), "utf-8")

    def counts(self) -> dict[StoreName, int]:
        """Return how many each acknowledged; a store in which nobody writes is absent."""
        texts = {path.name: files.read_if_there(path) for path in self.at.glob("[!.]*")}
        return {StoreName(name): int(text) for name, text in texts.items() if text}


@dataclass(slots=True)
class _Lines:
    """Lines that somebody reads, until they are gone."""

    out: TextIO
    has_no_reader: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def say(self, line: str) -> None:
        with self._turn:
            try:
                self.out.write(f"{line}\n")
                self.out.flush()
            except OSError:
                self.has_no_reader = True


@dataclass(frozen=True, slots=True)
class DrillTracing:
    """The tracing of one drill on this host."""

    drill: str
    room: TracingRoom
    clock: Clock
    out: TextIO

    def write(self, owners: Collection[StoreOwner], most: timedelta) -> None:
        """Write as each of ``owners`` until the end, and print all of it."""
        lines, until = _Lines(self.out), self.clock.elapsed() + most
        self.room.begin()

        def goes_on() -> bool:
            is_over = self.room.is_over or lines.has_no_reader
            return not is_over and self.clock.elapsed() < until

        def trace(owner: StoreOwner) -> None:
            teller = _Teller(owner.store, self.room, lines)
            writer = TracerWriter(owner, folder_of(self.drill), self.clock, teller.tell)
            lines.say(end_line(owner.store, writer.trail(goes_on)))

        with ThreadPoolExecutor(len(owners) or 1) as threads:
            list(threads.map(trace, owners))

    def remove(self, owners: Collection[StoreOwner]) -> None:
        """Remove what is there as each of ``owners``, and print where that was seen."""
        lines, until = _Lines(self.out), self.clock.elapsed() + ENDS

        def clear(owner: StoreOwner) -> None:
            writer = TracerWriter(owner, folder_of(self.drill), self.clock, lambda _: None)
            lines.say(end_line(owner.store, StoreTrail(removed=writer.removed(until))))

        with ThreadPoolExecutor(len(owners) or 1) as threads:
            list(threads.map(clear, owners))

    def show(self) -> None:
        """Print what time it is, and how far it is."""
        self.out.write(shown_text(self.clock.elapsed(), self.room.counts()) + "\n")


@dataclass(slots=True)
class _Teller:
    """Tells of the tracers of one store."""

    store: StoreName
    room: TracingRoom
    lines: _Lines
    acknowledged: int = 0

    def tell(self, tracer: Tracer) -> None:
        self.acknowledged += tracer.fate is TracerFate.KEPT
        self.room.count(self.store, self.acknowledged)
        self.lines.say(tracer_line(self.store, tracer))


def main() -> None:
    """Do what the first word in argv says about the drill that the second one names."""
    verb, drill, *rest = sys.argv[1:]
    room = TracingRoom(Path(host_paths.TRACING, drill))
    tracing = DrillTracing(drill, room, SystemClock(), sys.stdout)
    match verb:
        case "write":
            tracing.write(_owners(), timedelta(seconds=float(*rest)))
        case "remove":
            tracing.remove(_owners())
        case "end":
            room.end()
            tracing.show()
        case _:
            tracing.show()


def _owners() -> list[StoreOwner]:
    authority = Path(host_paths.AUTHORITY)
    return [StoreOwner.proved_by(one, authority) for one in read_parties(sys.stdin.read())]


if __name__ == "__main__":
    main()
