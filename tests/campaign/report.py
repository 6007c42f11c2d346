"""What a campaign came to, for people and for ``docs/results``. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any


def report(played: Sequence[dict[str, Any]]) -> str:
    """Return what the rounds and judgements in ``played`` came to."""
    rounds = [one for one in played if one["what"] == "round"]
    judged = [one for one in played if one["what"] == "judged"]
    if not rounds:
        return "no round was played"
    lines = [*_done(rounds), *_noticed(rounds), *_judged(judged), *map(_round, rounds)]
    return "\n".join([*lines, *_killed(rounds)])


def _done(rounds: Sequence[dict[str, Any]]) -> Iterator[str]:
    acts = Counter(one["text"].split(": ", 1)[1].split(";")[0].split(",")[0] for one in rounds)
    killed, stopped = (sum(len(one[fate]) for one in rounds) for fate in ("killed", "stopped"))
    yield f"rounds       {len(rounds)}"
    yield "acts         " + ", ".join(f"{times} {act}" for act, times in acts.most_common())
    yield f"runs         {sum(len(one['runs']) for one in rounds)} were begun"
    yield f"carriers     {killed} killed, {stopped} stopped, at random instants"
    yield f"not green    {sum(bool(one['left']) for one in rounds)} rounds"


def _noticed(rounds: Sequence[dict[str, Any]]) -> Iterator[str]:
    noticed = [one["noticed"] for one in rounds if one["noticed"]]
    yield f"not measured {len(rounds) - len(noticed)} rounds"
    if noticed:
        gaps = [one["gap_seconds"] for one in noticed]
        yield f"writes       {_sum(noticed, 'acknowledged')} acknowledged"
        yield f"lost         {_sum(noticed, 'lost')}"
        yield f"duplicated   {_sum(noticed, 'duplicated')}"
        yield f"not read     {_sum(noticed, 'not_read_back')}"
        yield f"gap          median {median(gaps):.1f} s, longest {max(gaps):.1f} s"
        yield f"void         {_sum(noticed, 'void')} gaps: the probe missed its own schedule"


def _judged(judged: Sequence[dict[str, Any]]) -> Iterator[str]:
    found = [sentence for one in judged for sentence in one["violations"]]
    lines = sum((Counter(one["lines"]) for one in judged), Counter[str]())
    yield f"judged       {len(judged)} stints, by {lines.total()} lines"
    yield "of           " + ", ".join(f"{times} {what}" for what, times in sorted(lines.items()))
    yield f"violations   {len(found)}"
    yield from (f"  {sentence}" for sentence in found)


def _round(one: dict[str, Any]) -> str:
    seen = one["noticed"]
    told = "not measured"
    if seen:
        void = " (void)" if seen["void"] else ""
        told = f"gap {seen['gap_seconds']:.1f} s{void}, {seen['lost']} lost"
        told += f" of {seen['acknowledged']}"
        if (most := one.get("may_be_lost", 0)) != 0:
            told += f", {'any number' if most is None else most} announced"
    left = f"; NOT GREEN: {'; '.join(one['left'])}" if one["left"] else ""
    findings = "".join(f"\n      {event}" for event in one["events"] if "FINDING" in event)
    return f"  {one['text']}: {told}; {one['seconds']:.0f} s{left}{findings}"


def _killed(rounds: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "where those stood that were killed"
    yield from (f"  {told}" for one in rounds for told in one["killed"])


def _sum(noticed: Sequence[dict[str, Any]], what: str) -> int:
    return sum(one[what] for one in noticed)
