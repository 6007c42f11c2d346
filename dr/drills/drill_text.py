"""Drills as a person reads them: the list, a plan on the table, a story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from core.text import age, table
from dr.drills.cadence import DrillProof, StoresFelt, due
from dr.drills.exercise import Exercise
from dr.drills.hypothesis import Findings
from dr.drills.store_text import recovery_lines
from dr.drills.story import Story
from dr.reporting.plan_text import plan_text
from inventory.names import DrillName
from inventory.practice import Practice

_SO = {True: "yes", False: "NO", None: "nobody can say"}


def drill_rows(
    drills: Sequence[Practice], proofs: Mapping[DrillName, DrillProof], now: datetime
) -> list[dict[str, str]]:
    """Return a row for each drill: what it takes, what proved it when, and when it is due.

    A drill without one of ``proofs`` was never proved.
    """
    return [
        {
            "drill": one.drill,
            "service": one.service,
            "takes": one.takes,
            "every": age(one.every),
            "last_proved": _when(proofs.get(one.drill)),
            "measured": _measured(proofs.get(one.drill)),
            "due": _due(one, proofs.get(one.drill), now),
        }
        for one in drills
    ]


def drill_list(rows: list[dict[str, str]]) -> str:
    """Return ``rows`` as a table."""
    head = ["drill", "service", "takes", "every", "last proved", "measured", "due"]
    return "\n".join(table(head, [list(row.values()) for row in rows]))


def tabletop_text(story: Story) -> str:
    """Return the plan that would run; nothing was carried, not even in the simulated world."""
    return "\n".join([*_head(story.exercise), "", *_answer(story)])


def story_text(story: Story) -> str:
    """Return how the drill went, from its first look to its last."""
    return "\n".join(
        [
            *_head(story.exercise),
            f"  before   {said(story.before)}",
            "",
            *(_answer(story) if story.refusal or story.plan is None else story.lines),
            "",
            f"  after    {said(story.after)}",
            *_noticed(story),
            *chain.from_iterable(map(recovery_lines, story.stores)),
            "",
            f"drill {story.exercise.name}: {'passed' if story.passed else 'FAILED'}",
        ]
    )


def _head(exercise: Exercise) -> Iterator[str]:
    yield f"drill {exercise.name}: {exercise.drill.title}"
    yield (
        "  world    simulated, from what is declared: every service is at home, and all is well; "
        "no alarm is played"
    )
    yield f"  service  {exercise.drill.service}, served at {exercise.active}"
    yield f"  it will  {exercise.sentence}"


def said(findings: Findings) -> str:
    """Return each statement with whether it was so."""
    return ", ".join(f"{statement} {_SO[so]}" for statement, so in findings.items())


def _answer(story: Story) -> list[str]:
    if story.refusal is not None:
        return story.refusal.lines()
    if story.plan is None:
        return ["nothing has to be done about it: the network bears it by itself"]
    waited = f"{story.detected_after.total_seconds():g} s after that:"
    return [waited, *plan_text(story.plan).splitlines()]


def _noticed(story: Story) -> Iterator[str]:
    measure = story.measure
    if measure is None:
        yield "  citizens what they noticed is not known"
        return
    gap = measure.gap.length.total_seconds()
    yield (
        f"  citizens waited {gap:.2f} s at most; {measure.acknowledged} of {measure.due} writes "
        f"acknowledged, {measure.lost} of them lost"
    )


def _when(proof: DrillProof | None) -> str:
    return "never" if proof is None else f"{proof.ended_at:%Y-%m-%d} by {proof.by}"


def _measured(proof: DrillProof | None) -> str:
    if proof is None or proof.felt is None:
        return "-"
    gap, lost = proof.felt.gap, proof.felt.lost
    waited = "gap not known" if gap is None else f"{gap.total_seconds():.1f} s"
    citizens = f"{waited}, {'losses not known' if lost is None else f'{lost} lost'}"
    return "; ".join(filter(None, [citizens, _of_stores(proof.stores)]))


def _of_stores(stores: StoresFelt | None) -> str:
    if stores is None:
        return ""
    if stores.reach is None:
        return f"stores: {stores.gone} gone, not all is known"
    return f"stores: {stores.gone} gone, back to {stores.reach.total_seconds():.1f} s"


def _due(practice: Practice, proof: DrillProof | None, now: datetime) -> str:
    until = due(practice, proof)
    if until is None:
        return "OVERDUE, never proved"
    return f"OVERDUE by {age(now - until)}" if until < now else f"in {age(until - now)}"
