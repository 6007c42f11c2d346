"""What a run that is not over asks of a person."""

from __future__ import annotations

from typing import assert_never

from monitors.health.concern import Concern, Condition
from monitors.health.run_view import RunState, RunView


def of_run(run: RunView) -> Concern:
    """Return what there is to say of ``run``: how it stands, and what comes next.

    A run in progress comes right by itself; any other waits for a person.
    """
    show = f"ndc dr show {run.name}"
    if run.stopped is not None:
        sentence = (
            f"run {run.name} stands still: process {run.stopped}, which carries it, is stopped; "
            f"next: kill -CONT {run.stopped}"
        )
        return Concern(run.service, Condition.CRITICAL, sentence, run.service)
    match run.state:
        case RunState.IN_PROGRESS:
            sentence = f"run {run.name} is in progress; {show} tells how far it is"
            return Concern(run.service, Condition.WARNING, sentence)
        case RunState.HELD:
            why = run.waits_for[0] if run.waits_for else "no step can be begun"
            sentence = f"run {run.name} is held: {why}; next: {show}"
            return Concern(run.service, Condition.CRITICAL, sentence, run.service)
        case RunState.ORPHANED:
            sentence = f"nobody carries run {run.name}; next: ndc dr resume {run.name}"
            return Concern(run.service, Condition.CRITICAL, sentence, run.service)
        case RunState.ELSEWHERE:
            sentence = (
                f"claimed by run {run.name}, which was not begun here; "
                f"next: ndc dr show {run.name} --follow"
            )
            return Concern(run.service, Condition.WARNING, sentence, run.service)
        case _:
            assert_never(run.state)
