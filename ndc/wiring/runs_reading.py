"""The runs of this machine that are not over, as the snapshot wants to hear of them."""

from __future__ import annotations

from pathlib import Path

from core.clock import Clock
from core.errors import NdcError
from core.runs.plan import RunName
from core.runs.run import fold
from dr.live.overtaken import Kept, newest
from dr.live.run_folder import RunFolder, names
from dr.planning.plan import Basis
from dr.reporting.progress import StepProgress, progress
from dr.reporting.run_text import standing
from inventory.names import ServiceName
from monitors.health.run_view import StepView
from monitors.look.readings import RunReading


def runs_reading(root: Path, clock: Clock, kept: Kept) -> dict[RunName, RunReading]:
    """Return the runs below ``root`` that were begun and are not over, as ``kept`` says as well.

    A folder that cannot be read is none of them: ``ndc dr runs`` tells of it.
    """
    readings: dict[RunName, RunReading] = {}
    for name in names(root):
        folder = RunFolder(root, RunName(name))
        try:
            records = newest(folder, clock, kept)
            run = fold(records)
        except NdcError:
            continue
        if run is not None and run.closed is None:
            readings[run.plan.id] = RunReading(
                services=_moving(run.plan.basis),
                is_carried=folder.is_carried,
                is_held=standing(run, carried=False) == "held",
                waits_for=tuple(run.waits_for()),
                stopped=folder.stopped_carrier,
                steps=tuple(map(_view, progress(run, records, clock.now()).steps)),
            )
    return readings


def _moving(basis: Basis) -> tuple[ServiceName, ...]:
    stores = [ServiceName(moved.store) for moved in basis.stores]
    return (*(moved.service for moved in basis.moves), *stores)


def _view(step: StepProgress) -> StepView:
    phase = f"{step.phase.number} {step.phase}"
    return StepView(
        phase, step.step, step.state, step.goes_on, step.passed, step.expected, step.samples
    )
