"""Plays many schedules, a piece of them at a time, and keeps what each piece came to.

So a soak that was interrupted goes on where it stopped, as long as no file has changed.
"""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.soak.listening import Tally
from tests.soak.soak import judged

PIECE: Final = 25
"""schedules"""


@dataclass(frozen=True, slots=True)
class Piece:
    """What the schedules of ``PIECE`` seeds came to."""

    first: int
    seconds: float
    """that a core worked on it"""
    broken: dict[int, list[str]] = field(default_factory=dict)
    """by seed: what must never happen, and did"""
    tally: Tally = field(default_factory=Tally)

    def text(self) -> str:
        """Return it as a line of JSON."""
        counters = {
            name: [[*_words(key), n] for key, n in counter.items()]
            for name, counter in self.tally.counters().items()
        }
        return json.dumps([self.first, self.seconds, self.broken, counters])

    @classmethod
    def read(cls, text: str) -> Piece:
        """Return the piece that ``text`` tells of."""
        first, seconds, broken, counters = json.loads(text)
        tally = Tally(**{name: _counter(pairs) for name, pairs in counters.items()})
        return cls(first, seconds, {int(seed): said for seed, said in broken.items()}, tally)


def pieces(seeds: range, workers: int, kept: Path) -> Iterator[Piece]:
    """Yield the pieces of ``seeds``, those first that ``kept`` holds from before; keep the rest."""
    lines = kept.read_text("utf-8").splitlines() if kept.exists() else []
    wanted = range(seeds.start, seeds.stop, PIECE)
    known = {piece.first: piece for piece in map(Piece.read, lines)}
    yield from (known[first] for first in wanted if first in known)
    new = [first for first in wanted if first not in known]
    with kept.open("a", encoding="utf-8") as file, ProcessPoolExecutor(workers) as pool:
        for piece in pool.map(played, new):
            file.write(f"{piece.text()}\n")
            file.flush()
            yield piece


def played(first: int) -> Piece:
    """Play and judge the schedules of ``PIECE`` seeds from ``first`` on."""
    began = _worked()
    broken: dict[int, list[str]] = {}
    tally = Tally()
    for seed in range(first, first + PIECE):
        found = judged(seed)
        tally.add(found.played.tally)
        if found.violations:
            broken[seed] = list(found.violations)
    return Piece(first, _worked() - began, broken, tally)


def summed(parts: Iterable[Piece]) -> Piece:
    """Return all that ``parts`` came to together."""
    seconds, broken, tally = 0.0, dict[int, list[str]](), Tally()
    for part in parts:
        seconds += part.seconds
        broken |= part.broken
        tally.add(part.tally)
    return Piece(0, seconds, broken, tally)


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _words(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _counter(pairs: list[list[Any]]) -> Counter[Any]:
    return Counter({key[0] if len(key) == 1 else tuple(key): n for *key, n in pairs})
