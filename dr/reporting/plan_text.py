"""A plan as a person reads it before saying yes."""

from __future__ import annotations

from collections.abc import Iterator

from core.text import duration
from dr.actions import SwitchDatabase, WidenSync, describe
from dr.conditions import after, before
from dr.loss_actions import RelaxLastCopy
from dr.planning.plan import Basis, Moved, Phase, RecoveryPlan, RecoveryStep
from dr.questions import state
from dr.reporting.plan_figures import estimated_of, served_after


def plan_text(plan: RecoveryPlan, *, conditions: bool = False) -> str:
    """Return ``plan`` as lines: what, on what it was decided, its steps in order.

    ``conditions`` adds what each step needs to be so, and what is so afterwards.
    """
    return "\n".join([*_head(plan), "", *_steps(plan, conditions=conditions)])


def _head(plan: RecoveryPlan) -> Iterator[str]:
    basis = plan.basis
    yield f"plan {plan.id}: {plan.title}"
    yield f"  environment  {basis.environment}, inventory {basis.network_digest[:12]}"
    for moved in basis.moves:
        placed = moved.deciding.placement
        epoch = placed.epoch if placed else "unknown"
        yield f"  {moved.service} is at {moved.source}, epoch {epoch}; it moves to {moved.target}"
        leader = moved.deciding.leader or "nobody who is left"
        yield f"  {moved.database} is led by {leader}"
        yield from _confirmed(plan, moved)
    yield from _alone(plan)
    yield from _needs(basis)
    if basis.lost:
        yield f"  given up     {', '.join(basis.lost)}"
        for moved in basis.moves:
            yield f"  may be lost  {moved.loss.text()}, of {moved.service}"
        yield from _stores(basis)
    else:
        yield "  stores       stay where they are written: only after a loss they begin elsewhere"
    if basis.accepted_loss:
        yield f"  accepted     by {basis.requested_by}: {basis.accepted_loss}"
    yield from _despite(basis)
    yield from _quorum(basis)
    yield f"  expected     citizens are served {_served(plan)}"
    yield f"  on failure   {plan.on_failure}"
    yield f"  asked for by {basis.requested_by}; to be begun before {basis.expires_at:%H:%M:%S} UTC"


def _quorum(basis: Basis) -> Iterator[str]:
    if basis.votes:
        left, tolerated = f"{basis.votes.left} of {basis.votes.of}", basis.votes.tolerated
        yield f"  quorum       {left} votes are left; it tolerates the loss of {tolerated} more"
        if retired := basis.votes.retired:
            then = f"then of {basis.votes.tolerated_then} more"
            yield f"               {retired} lost votes are taken out at the end; {then}"


def _alone(plan: RecoveryPlan) -> Iterator[str]:
    for action in (step.action for step in plan.steps):
        if isinstance(action, RelaxLastCopy):
            yield f"  last copy    {action.database} goes on without one: what it acknowledges is"
            yield "               lost with its leader. It is declared to stop, so another says yes"


def _despite(basis: Basis) -> Iterator[str]:
    for one in basis.passed_over:
        yield f"  PASSED OVER  {one.kind}: {one.what}"
        yield f"               expected {one.expected}; actual {one.actual}"
    if basis.passed_over:
        yield f"               by {basis.requested_by}: {basis.despite}"
    for drill in basis.unproved:
        every = f"to be proved every {duration(drill.every)}"
        yield f"  NOT PROVED   {drill.drill}: {drill.words()}, {every}; ndc drill run {drill.drill}"


def _served(plan: RecoveryPlan) -> str:
    served, unknown = served_after(plan).total_seconds(), estimated_of(plan).total_seconds()
    known = f"{unknown:.0f} s of that are estimated" if unknown else "by what earlier runs took"
    how = "estimated" if unknown == served else known
    return f"{served:.0f} s after it begins; {how}"


def _stores(basis: Basis) -> Iterator[str]:
    for moved in basis.stores:
        epoch, made_at = moved.placement.epoch, f"{moved.made_at:%Y-%m-%d %H:%M:%S}"
        yield f"  {moved.store} is at {moved.source}, epoch {epoch}; it begins at {moved.target}"
        yield f"  goes on from its recovery point of {made_at} UTC, on {moved.host}"
        yield f"  may be lost  {moved.loss.text()}, of {moved.store}"
    for one in basis.left:
        yield f"  STAYS LOST   {one.store}: {one.why}"
        yield f"               next: {one.next_step}"


def _needs(basis: Basis) -> Iterator[str]:
    moving = [moved.service for moved in basis.moves]
    for moved in basis.moves:
        first = [needed for needed in moved.needs if needed in moving]
        if first:
            yield f"  in order     {moved.service} needs {', '.join(first)}, announced before it"
        left = [other for other in moved.needed_by if other not in moving]
        if left:
            yield f"  needed by    {', '.join(left)}; not moved with {moved.service}"


def _confirmed(plan: RecoveryPlan, moved: Moved) -> Iterator[str]:
    """Yield who confirms commits once the database of ``moved`` was handed over."""
    about = [step.action for step in plan.steps]
    switches = [a for a in about if isinstance(a, SwitchDatabase) and a.database == moved.database]
    widened = {a.host for a in about if isinstance(a, WidenSync) and a.database == moved.database}
    for switch in switches:
        others = widened | {*(moved.deciding.synchronous or ())} - {switch.candidate}
        who = ", ".join(sorted(others)) or "nobody"
        note = "" if widened else "; no further copy is waited for"
        yield f"  confirmed    until {switch.leader} follows again, by {who}{note}"


def _steps(plan: RecoveryPlan, *, conditions: bool) -> Iterator[str]:
    width = max(len(step.id) for step in plan.steps)
    phases = max(8, *(len(step.phase) for step in plan.steps))
    first = next((step for step in plan.steps if step.point_of_no_return), None)
    for step in plan.steps:
        if step is first:
            yield "     ── point of no return ──"
        phase = Phase(step.phase)
        sentence = describe(step.action)
        yield f"{phase.number:>4} {phase:<{phases}} {step.id:<{width}}  {sentence}{_limits(step)}"
        if conditions:
            margin = " " * (width + phases + 8)
            yield from (f"{margin}needs   {state(question)}" for question in before(step.action))
            yield from (f"{margin}brings  {state(question)}" for question in after(step.action))


def _limits(step: RecoveryStep) -> str:
    who = f"{step.attested_by} people" if step.attested_by else "one"
    gate = f"; waits for {who} who may {step.gate}" if step.gate else ""
    return f"  (≤ {step.deadline.total_seconds():g} s{gate})"
