"""What a campaign came to, for people and for ``docs/results``. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any


def report(played: Sequence[dict[str, Any]]) -> str:
    """Return what the rounds and judgements in ``played`` came to."""
    return "\n".join(_lines(played))


def _lines(played: Sequence[dict[str, Any]]) -> Iterator[str]:
    rounds = [one for one in played if one["what"] == "round"]
    stints = [one for one in played if one["what"] == "judged"]
    if not rounds:
        yield "no round was played"
        return
    gaps = sorted(one["gap_seconds"] for one in rounds if one["gap_seconds"] is not None)
    yield f"rounds       {len(rounds)}, in {len(stints)} stints that were judged"
    yield f"writes       {_sum(rounds, 'acknowledged')} acknowledged"
    yield f"lost         {_sum(rounds, 'lost')}"
    yield f"duplicated   {_sum(rounds, 'duplicated')}"
    yield f"not read     {_sum(rounds, 'not_read_back')}"
    yield f"not measured {sum(one['lost'] is None for one in rounds)} rounds"
    if gaps:
        yield f"gap          median {median(gaps):.1f} s, longest {gaps[-1]:.1f} s"
    yield f"not green    {sum(bool(one['left']) for one in rounds)} rounds"
    found = [sentence for one in stints for sentence in one["violations"]]
    yield f"violations   {len(found)}"
    yield from (f"  {sentence}" for sentence in found)
    acts = Counter(one["text"].split(": ", 1)[1].split(";")[0].split(",")[0] for one in rounds)
    yield "acts         " + ", ".join(f"{times} {act}" for act, times in acts.most_common())
    for one in rounds:
        yield _round(one)


def _round(one: dict[str, Any]) -> str:
    gap = "not measured" if one["gap_seconds"] is None else f"gap {one['gap_seconds']:.1f} s"
    lost = "" if one["lost"] is None else f", {one['lost']} lost of {one['acknowledged']}"
    left = f"; NOT GREEN: {'; '.join(one['left'])}" if one["left"] else ""
    findings = [event for event in one["events"] if "FINDING" in event]
    told = "".join(f"\n      {event}" for event in findings)
    return f"  {one['text']}: {gap}{lost}; {one['seconds']:.0f} s{left}{told}"


def _sum(rounds: Sequence[dict[str, Any]], what: str) -> int:
    return sum(one[what] or 0 for one in rounds)
