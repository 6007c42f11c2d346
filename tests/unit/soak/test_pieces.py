"""What is kept of a soak, and what it says it did not come by."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.runs.machine import EDGES
from dr.hosts.edges import HostEdge
from dr.planning.plan import Phase
from tests.failovers import regional
from tests.soak.coverage import OFTEN, SELDOM, coverage, gaps
from tests.soak.events import OF_A_REGION, FaultKind
from tests.soak.listening import Tally
from tests.soak.pieces import PIECE, Piece, pieces, summed

EDGE_NAMES = [f"{edge.source} - {edge.event} - {edge.target}" for edge in EDGES]


def _tally(times: int) -> Tally:
    """Return one in which all was met ``times`` often, of one kind of plan with one phase."""
    names = [*EDGE_NAMES, *(f"agent {one}" for one in HostEdge)]
    return Tally(
        edges=Counter(dict.fromkeys(names, times)),
        met=Counter({("failback", Phase.DRAIN, fault): times for fault in FaultKind}),
        phases=Counter({("failback", Phase.DRAIN): 1}),
    )


def test_a_piece_is_read_as_it_was_written() -> None:
    piece = Piece(50, 2.5, {61: ["I1 two writers: …"]}, _tally(3))

    assert Piece.read(piece.text()) == piece


def test_a_soak_goes_on_with_what_was_kept(tmp_path: Path) -> None:
    kept = [Piece(first, 1.0, {}, _tally(first)) for first in (0, PIECE)]
    (tmp_path / "pieces").write_text("".join(f"{one.text()}\n" for one in kept), "utf-8")

    found = list(pieces(range(2 * PIECE), 1, tmp_path / "pieces"))

    assert found == kept
    assert summed(found).seconds == 2.0
    assert summed(found).tally.edges[EDGE_NAMES[0]] == PIECE


def test_what_was_met_often_is_no_gap() -> None:
    assert list(gaps(_tally(OFTEN))) == []


def test_what_was_met_seldom_is_named() -> None:
    tally = _tally(OFTEN)
    tally.edges[EDGE_NAMES[3]] -= 1
    tally.met["failback", Phase.DRAIN, FaultKind.CLOCK] = 0
    tally.phases["failover", Phase.CLOSE] = 1

    named = [line[11:] for line in gaps(tally)]

    assert named[0] == EDGE_NAMES[3]
    assert named[1] == f"failback, drain, {FaultKind.CLOCK}"
    assert named[2:] == [f"failover, close, {fault}" for fault in FaultKind]


def test_nothing_is_asked_of_phases_that_few_plans_have() -> None:
    tally = _tally(OFTEN)
    tally.phases.update(SELDOM.keys())

    assert list(gaps(tally)) == []
    assert all(SELDOM.values())


def test_an_excuse_for_what_is_met_often_is_named() -> None:
    tally = _tally(OFTEN)
    tally.met.update({(*key, fault): OFTEN for key in SELDOM for fault in FaultKind})

    assert list(gaps(tally)) == [
        f"{OFTEN:9}  {kind}, {phase}: named as what few plans have" for kind, phase in SELDOM
    ]


def test_a_region_that_is_lost_with_its_leaders_leaves_nothing_to_do_before() -> None:
    phases = {step.phase for step in regional("ndc01", "ndc02").plan.steps}

    assert {phase for kind, phase in SELDOM if kind == OF_A_REGION} == {Phase.READY}
    assert not phases & {phase for _, phase in SELDOM}


def test_a_phase_that_no_plan_has_is_named() -> None:
    told = list(coverage(_tally(OFTEN)))

    assert told[-1].startswith("no plan has a step in: ready, declare, freeze")
