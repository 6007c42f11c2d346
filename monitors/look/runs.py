"""The runs that are not over: those of this machine, and those that hold a claim."""

from __future__ import annotations

from monitors.health.run_view import RunState, RunView
from monitors.look.readings import Readings, RunReading


def run_views(readings: Readings) -> tuple[RunView, ...]:
    """Return the runs that are not over, oldest first.

    A claim of a run that is not among them is told, unless nobody could tell of any run.
    """
    own = readings.runs or {}
    views = [
        RunView(name, service, _state(run), run.waits_for, run.stopped, run.steps)
        for name, run in own.items()
        for service in run.services
    ]
    if readings.runs is not None:
        views += [
            RunView(claim.run, service, RunState.ELSEWHERE, ())
            for service, claim in readings.claims.items()
            if claim.run is not None and claim.run not in own
        ]
    return tuple(sorted(views, key=lambda view: view.name))


def _state(run: RunReading) -> RunState:
    if run.is_carried:
        return RunState.IN_PROGRESS
    return RunState.HELD if run.is_held else RunState.ORPHANED
