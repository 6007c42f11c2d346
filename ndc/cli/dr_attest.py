"""``ndc dr attest``: say, with a key, that hosts are off of which nothing else tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ndc.cli.asking import asked
from ndc.cli.carrying import RunArgument
from ndc.cli.dr import ReasonOption, ask, whole
from ndc.cli.options import confirmed, current, say

if TYPE_CHECKING:
    from core.runs.plan import StepId
    from dr.planning.plan import RecoveryPlan


def attest(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Name the hosts, ask, sign, and have the run go on once enough people attested it."""
    from core.runs.journal import Wish
    from dr.planning.plan import attested_in

    folder, options = whole(context, run), current(context)
    plan = folder.plan()
    steps = _attested(plan)
    for host in sorted({host for step in steps for host in attested_in(plan, step)}):
        say(f"    {host}")
    question = "do you know that each of them is off: have you seen it, or who told you has?"
    confirmed(options, question, options.command("dr", "attest", run))
    ask(
        context,
        folder,
        *(asked(context, folder, Wish.ATTEST, reason=reason, step=step) for step in steps),
    )


def _attested(plan: RecoveryPlan) -> list[StepId]:
    from core.errors import PlanRefused

    steps = [step.id for step in plan.steps if step.attested_by]
    if not steps:
        raise PlanRefused(
            f"nothing of {plan.id} has to be attested",
            expected="a plan that was asked for with --attest, and needs it",
            actual="other proofs stand in it",
            next_step=f"ndc dr show {plan.id}",
        )
    return steps
