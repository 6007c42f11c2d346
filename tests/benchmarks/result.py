"""What ``make bench`` leaves behind: figures and their conditions, as text and as JSON; pure."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from core.text import size, table
from tests.benchmarks.figures import TOLERATED, Figure, Sample, percentile, verdict

WIDTH = 100

_MANY = 20
_NUMBERS = re.compile(r"\[\s+([-\d.e,\s]+?)\s+\]")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what the figures were measured."""

    at: datetime
    commit: str
    is_changed: bool
    """True: the working tree differed from the commit"""
    cores: int
    memory_bytes: int
    kernel: str
    system: str
    load_before: tuple[float, float, float]
    other_labs: int
    """environments that ran on the machine meanwhile, besides the benchmark's own"""
    profile: str
    """of the network; empty: no chosen benchmark needed one"""
    hosts: int
    asked: str
    """which benchmarks, as it was asked for"""


@dataclass(frozen=True, slots=True)
class Part:
    """What one benchmark came to."""

    name: str
    how: str
    samples: tuple[Sample, ...]
    broke_off: str = ""
    """why it ended before its time; empty: it did not"""

    @property
    def fails(self) -> bool:
        """Whether ``make bench`` ends with 1 for it."""
        return bool(self.broke_off) or any(verdict(one).fails for one in self.samples)


@dataclass(frozen=True, slots=True)
class Result:
    """All that one ``make bench`` measured."""

    conditions: Conditions
    parts: tuple[Part, ...]

    @property
    def fails(self) -> bool:
        """Whether ``make bench`` ends with 1."""
        return any(part.fails for part in self.parts)


def result_text(result: Result) -> str:
    """Return ``result`` as a person reads it."""
    return "\n".join(
        [
            f"Figures of {result.conditions.at:%Y-%m-%d %H:%M} UTC",
            "",
            *_conditions(result.conditions),
            "",
            *_table(result.parts),
            *_broken(result.parts),
            "",
            *_explained(result.parts),
        ]
    )


def _conditions(under: Conditions) -> Iterator[str]:
    changed = ", with changes that are not committed" if under.is_changed else ""
    load = " ".join(f"{one:.2f}" for one in under.load_before)
    yield f"  commit    {under.commit}{changed}"
    yield f"  machine   {under.cores} cores, {size(under.memory_bytes)} of memory"
    yield f"  system    {under.system}, kernel {under.kernel}"
    yield f"  load      {load} before; other labs on the machine: {under.other_labs or 'none'}"
    if under.profile:
        yield f"  network   profile {under.profile}, {under.hosts} hosts"
    yield f"  measured  {under.asked}"


def _table(parts: Sequence[Part]) -> list[str]:
    rows = [_row(sample) for part in parts for sample in part.samples]
    head = ("what", "to reach", "min", "median", "95 %", "max", "count", "void", "verdict")
    return table(head, rows, right=range(2, len(head) - 1))


def _row(sample: Sample) -> tuple[str, ...]:
    figure = sample.figure
    told = [_number(figure, value) for value in _spread(sample.values)]
    counts = (str(len(sample.values)), str(sample.void or "-"))
    return (figure.what, figure.goal, *told, *counts, str(verdict(sample)))


def _number(figure: Figure, value: float | None) -> str:
    return "-" if value is None else f"{value:.{figure.decimals}f} {figure.unit}".rstrip()


def _spread(values: Sequence[float]) -> tuple[float | None, ...]:
    """Return the least, the middle, what 95 of a hundred do not exceed, and the most.

    Of fewer than twenty values nothing is said of 95 of a hundred.
    """
    if not values:
        return (None,) * 4
    most = percentile(values, 95) if len(values) >= _MANY else None
    return min(values), median(values), most, max(values)


def _broken(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if part.broke_off:
            yield ""
            yield f"{part.name} broke off:"
            yield from (f"  {line}" for line in part.broke_off.splitlines())


def _explained(parts: Sequence[Part]) -> Iterator[str]:
    yield from textwrap.wrap(
        "Less is better. Where no median is asked for, the worst value counts. A figure missed "
        f"by more than {TOLERATED:.0%} fails. A void value says more of the machine than of the "
        "product, because whoever measured was late; it was measured again. Of a gap that the "
        "probe saw while it was late by 0.2 s to 1 s, the worst that it may have been counts: the "
        "longest of ours, the shortest of Patroni alone.",
        WIDTH,
    )
    for part in parts:
        yield ""
        yield from textwrap.wrap(f"{part.name}: {part.how}", WIDTH, subsequent_indent="  ")


def result_json(result: Result) -> str:
    """Return ``result`` as JSON, with every value that was measured."""
    under = result.conditions
    plain = {
        "conditions": {
            "at": under.at.isoformat(),
            "commit": under.commit,
            "is_changed": under.is_changed,
            "cores": under.cores,
            "memory_bytes": under.memory_bytes,
            "kernel": under.kernel,
            "system": under.system,
            "load_before": list(under.load_before),
            "other_labs": under.other_labs,
            "profile": under.profile or None,
            "hosts": under.hosts,
            "asked": under.asked,
        },
        "benchmarks": [
            {
                "name": part.name,
                "how": part.how,
                "broke_off": part.broke_off or None,
                "figures": [_plain(sample) for sample in part.samples],
            }
            for part in result.parts
        ],
    }
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    # a thousand values on as many lines would hide everything else
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def _plain(sample: Sample) -> dict[str, object]:
    figure, values = sample.figure, sample.values
    return {
        "what": figure.what,
        "unit": figure.unit,
        "at_most": figure.at_most,
        "judged": figure.judged,
        "verdict": verdict(sample).name.lower(),
        **dict(zip(("minimum", "median", "of_100_95", "maximum"), _spread(values), strict=True)),
        "count": len(values),
        "void": sample.void,
        "values": [round(value, figure.decimals + 2) for value in values],
    }
