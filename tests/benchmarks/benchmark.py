"""What a benchmark is: figures that are measured together, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.benchmarks.figures import Figure, Trial
from tests.benchmarks.stand import Stand


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Figures that are measured together."""

    name: str
    figures: tuple[Figure, ...]
    measure: Callable[[Stand, int], Iterator[Trial]]
    """makes one round, given how many were good before; a trial has a value for each figure"""
    how: str
    rounds: int | None
    """None: as many as the network has links"""
    needs_network: bool = True
