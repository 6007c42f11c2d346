"""A run that goes on, as the dashboard and ``ndc status`` show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from core.runs.plan import RunName
from monitors.health.concern import Condition
from monitors.health.run_view import RunState, StepView
from monitors.health.snapshot import Snapshot
from monitors.look.readings import RunReading
from tests.clocks import HandClock
from tests.conftest import Golden
from tests.networks import network
from tests.snapshots import NOON, all_well, healthy, taken
from tui.app import Dashboard, SnapshotTaken
from tui.run_words import condition_of, how_long
from tui.status_text import status_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "status"
RUN = RunName("20300517-050000-without-ndc01")
SECOND = timedelta(seconds=1)


def _step(
    phase: str, name: str, state: str, *, passed: timedelta | None, expected: timedelta
) -> StepView:
    return StepView(phase, name, state, state == "running", passed, expected, samples=4)


STEPS = (
    _step("P1 declare", "declare", "done", passed=0.1 * SECOND, expected=SECOND),
    _step("P3 drain", "off-ndc01-node", "done", passed=0.4 * SECOND, expected=2 * SECOND),
    _step("P5 promote", "promote", "running", passed=1.5 * SECOND, expected=3 * SECOND),
    _step("P7 reroute", "place", "pending", passed=None, expected=SECOND),
)


def _moved(*, held: bool = False) -> Snapshot:
    of = network("tiny")
    steps = (*STEPS[:2], replace(STEPS[2], state="failed", goes_on=False), STEPS[3])
    run = RunReading(
        (of.services[0].name,),
        is_carried=not held,
        is_held=held,
        waits_for=("promote is failed: nobody answered",) if held else (),
        steps=steps if held else STEPS,
    )
    return taken(of, replace(all_well(of), runs={RUN: run}))


@pytest.mark.parametrize("keys", ["", "r"], ids=["the network", "the run"])
def test_it_looks_as_it_was_approved(keys: str, snap_compare: Callable[..., bool]) -> None:
    dashboard = Dashboard("test", HandClock(NOON))

    async def show(pilot: Pilot[Any]) -> None:
        dashboard.post_message(SnapshotTaken(_moved()))
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(dashboard, terminal_size=(80, 24), run_before=show)


@pytest.mark.parametrize("held", [False, True], ids=["goes-on", "is-held"])
def test_it_reads_as_approved(golden: Golden, *, held: bool) -> None:
    said = status_text(_moved(held=held)).splitlines()

    golden(GOLDEN / f"run-{'held' if held else 'goes-on'}.txt", "\n".join(said[:6]) + "\n")


def test_the_network_is_shown_again_when_the_run_is_over() -> None:
    async def story() -> None:
        dashboard = Dashboard("test", HandClock(NOON))
        async with dashboard.run_test() as pilot:
            dashboard.post_message(SnapshotTaken(_moved()))
            await pilot.press("r")
            await pilot.pause()
            steps = dashboard.query_one(DataTable).row_count
            dashboard.post_message(SnapshotTaken(healthy()))
            await pilot.pause()
            network_rows = dashboard.query_one(DataTable).row_count

        assert steps == len(STEPS)
        assert network_rows > len(STEPS)

    asyncio.run(story())


def test_a_run_that_moves_two_services_is_shown_once() -> None:
    snapshot = _moved()
    (run,) = snapshot.runs
    twice = replace(snapshot, runs=(run, replace(run, service=network("tiny").databases[0].name)))

    assert status_text(twice).count(f"run {RUN}  ") == 1


@pytest.mark.parametrize(
    ("state", "goes_on", "of_run", "condition"),
    [
        ("done", False, RunState.HELD, Condition.OK),
        ("pending", False, RunState.IN_PROGRESS, Condition.OK),
        ("running", True, RunState.IN_PROGRESS, Condition.WARNING),
        ("running", True, RunState.ORPHANED, Condition.CRITICAL),
        ("in doubt", True, RunState.HELD, Condition.CRITICAL),
        ("failed", False, RunState.IN_PROGRESS, Condition.CRITICAL),
        ("awaiting approval", False, RunState.HELD, Condition.CRITICAL),
    ],
)
def test_a_step_asks_for_nothing_for_patience_or_for_a_person(
    state: str, of_run: RunState, condition: Condition, *, goes_on: bool
) -> None:
    (run,) = _moved().runs
    step = replace(STEPS[2], state=state, goes_on=goes_on)

    assert condition_of(step, replace(run, state=of_run)) is condition


def test_what_no_earlier_run_tells_is_called_an_estimate() -> None:
    assert how_long(replace(STEPS[2], samples=0)) == "running 1.5 s, estimated 3 s"
    assert how_long(STEPS[2]) == "running 1.5 s, usually 3 s"
