"""What a figure is, what was measured of it, and whether it was reached; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

TOLERATED = 0.25
"""how far a figure may be missed before ``make bench`` fails"""


class Judged(StrEnum):
    """Which of many values has to reach the goal."""

    MEDIAN = "median"
    WORST = "worst"

    def of(self, values: Sequence[float]) -> float:
        """Return that value; there must be one."""
        return median(values) if self is Judged.MEDIAN else max(values)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number by which the product is measured; less is better."""

    what: str
    unit: str
    """after the number; empty for a count"""
    at_most: float | None = None
    """None: it is printed, and nothing is to be reached"""
    judged: Judged = Judged.WORST
    decimals: int = 2

    @property
    def goal(self) -> str:
        """The goal as a person reads it."""
        if self.at_most is None:
            return "printed"
        which = "median " if self.judged is Judged.MEDIAN else ""
        return f"{which}≤ {self.at_most:g} {self.unit}".rstrip()


def percentile(values: Sequence[float], percent: int) -> float:
    """Return what ``percent`` of ``values`` do not exceed (nearest rank); there must be one."""
    return sorted(values)[max(math.ceil(percent / 100 * len(values)), 1) - 1]


Trial = tuple[float | None, ...]
"""what one look at a benchmark's figures gave, in their order; None: void"""


@dataclass(frozen=True, slots=True)
class Sample:
    """All that was measured of a figure."""

    figure: Figure
    values: tuple[float, ...]
    void: int = 0
    """looks that say more of the machine than of the product, and were made again"""


class Verdict(StrEnum):
    """How a sample stands to its figure's goal."""

    REACHED = "reached"
    NEAR = "missed, tolerated"
    MISSED = "MISSED"
    UNMEASURED = "NOT MEASURED"
    PRINTED = "-"

    @property
    def fails(self) -> bool:
        """Whether ``make bench`` ends with 1 for it."""
        return self in {Verdict.MISSED, Verdict.UNMEASURED}


def verdict(sample: Sample) -> Verdict:
    """Return how ``sample`` stands; without a value nothing is known, whatever the goal."""
    goal = sample.figure.at_most
    if not sample.values:
        return Verdict.UNMEASURED
    if goal is None:
        return Verdict.PRINTED
    found = sample.figure.judged.of(sample.values)
    if found <= goal:
        return Verdict.REACHED
    return Verdict.NEAR if found <= goal * (1 + TOLERATED) else Verdict.MISSED


def samples(figures: Sequence[Figure], trials: Sequence[Trial]) -> list[Sample]:
    """Return what ``trials`` say of each of ``figures``."""
    return [
        Sample(
            figure,
            tuple(value for trial in trials if (value := trial[place]) is not None),
            sum(trial[place] is None for trial in trials),
        )
        for place, figure in enumerate(figures)
    ]


def is_void(trial: Trial) -> bool:
    """Whether ``trial`` is to be made again."""
    return None in trial
