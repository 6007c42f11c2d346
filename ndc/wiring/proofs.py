"""What was done in an environment that proves drills: its runs, and the drills held in it."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import NdcError
from core.text import Say
from dr.drills.cadence import HeldDrill, Practised, held_drill, practised
from dr.live.drill_folder import DrillFolder
from dr.live.run_folder import RunFolder, names
from ndc.wiring import environment as environments


def practised_runs(name: str, say: Say) -> Iterator[Practised]:
    """Yield every run of environment ``name`` that has a report; ``say`` hears what is left out.

    None, where there is no environment of that name.
    """
    if not environments.exists(name):
        return
    root = environments.opened(name).paths.runs
    for folder in (RunFolder.opened(root, run) for run in names(root)):
        try:
            proof = practised(folder.plan(), folder.report_json())
        except NdcError as error:
            say(f"{folder.run} is left out: {error.what}")
            continue
        if proof is not None:
            yield proof


def held(name: str, say: Say) -> Iterator[HeldDrill]:
    """Yield every drill that was held in environment ``name`` and has a report."""
    if not environments.exists(name):
        return
    folder = DrillFolder(environments.opened(name).paths.drills)
    for record in folder.records():
        try:
            drill = held_drill(folder.report_json(record.id))
        except NdcError as error:
            say(f"{record.id} is left out: {error.what}")
            continue
        if drill is not None:
            yield drill
