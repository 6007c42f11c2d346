"""The transition table is total over what it claims and closed over the rest."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from core.errors import JournalCorrupt
from core.runs.machine import EDGES, EventKind, StepState, after, may, mermaid
from tests.conftest import Golden

DRAWN = Path(__file__).resolve().parents[4] / "docs/generated/run-states.md"
LEGAL = {(edge.source, edge.event): edge.target for edge in EDGES}


@pytest.mark.parametrize(("state", "event"), [*itertools.product(StepState, EventKind)])
def test_only_the_table_moves_a_step(state: StepState, event: EventKind) -> None:
    assert may(state, event) is ((state, event) in LEGAL)
    if may(state, event):
        assert after(state, event) is LEGAL[state, event]
    else:
        with pytest.raises(JournalCorrupt, match=f"a step that is {state} cannot be {event}"):
            after(state, event)


def test_no_two_edges_disagree() -> None:
    assert len(LEGAL) == len(EDGES)


def test_every_state_can_be_reached() -> None:
    reached = {StepState.PENDING}
    for _ in StepState:
        reached |= {edge.target for edge in EDGES if edge.source in reached}

    assert reached == set(StepState)


def test_a_step_that_may_have_happened_never_becomes_pending_again() -> None:
    assert all(edge.target is not StepState.PENDING for edge in EDGES)


def test_nothing_that_was_not_looked_at_fails_for_lack_of_an_answer() -> None:
    lost = {edge.target for edge in EDGES if edge.event is EventKind.LOST}

    assert lost == {StepState.IN_DOUBT, StepState.UNDO_IN_DOUBT}


def test_the_drawing_is_current(golden: Golden) -> None:
    drawing = "\n".join(mermaid())

    golden(
        DRAWN,
        "# States of a step\n\nDrawn from `core/runs/machine.py`; a test keeps it current.\n\n"
        f"```mermaid\n{drawing}\n```\n",
    )


def test_every_state_and_event_is_on_some_edge() -> None:
    assert {edge.event for edge in EDGES} == {*EventKind}
    assert {state for edge in EDGES for state in (edge.source, edge.target)} == {*StepState}
