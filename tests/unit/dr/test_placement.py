"""Records of who serves, and of who moves it: as they are kept, and who may change them."""

from __future__ import annotations

import pytest

from core.errors import JournalCorrupt
from core.runs.plan import RunName
from dr.placement import (
    Claim,
    Placement,
    claim_text,
    placement_text,
    read_claim,
    read_placement,
)
from inventory.names import SiteName

MINE, OTHER = RunName("mine"), RunName("other")


@pytest.mark.parametrize("run", [MINE, None])
def test_a_record_reads_as_it_was_kept(run: RunName | None) -> None:
    placement, claim = Placement(SiteName("ndc01"), 7, run), Claim(run, 3)

    assert read_placement(placement_text(placement)) == placement
    assert read_claim(claim_text(claim)) == claim


@pytest.mark.parametrize("text", ["", "{}", '{"site": "ndc01"}', '{"run": 7}'])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(JournalCorrupt, match="cannot be read"):
        read_placement(text)
    if text != "{}":
        with pytest.raises(JournalCorrupt, match="cannot be read"):
            read_claim(text)


@pytest.mark.parametrize(
    ("held", "number", "taken"),
    [
        (Claim(None, 2), 3, Claim(MINE, 3)),
        (Claim(MINE, 3), 3, Claim(MINE, 3)),  # asked again
        (Claim(None, 3), 3, None),  # given back since: a late request
        (Claim(None, 1), 3, None),
        (Claim(OTHER, 2), 3, None),
        (Claim(OTHER, 3), 3, None),
        (Claim(MINE, 3), 4, None),
    ],
)
def test_a_claim_is_taken_under_the_next_number_only(
    held: Claim, number: int, taken: Claim | None
) -> None:
    assert held.taken(MINE, number) == taken


def test_a_claim_is_given_back_by_its_holder_only() -> None:
    assert Claim(MINE, 3).released(MINE) == Claim(None, 3)
    assert Claim(OTHER, 3).released(MINE) == Claim(OTHER, 3)


@pytest.mark.parametrize(
    ("source", "epoch", "may"),
    [("ndc01", 8, True), ("ndc02", 8, False), ("ndc01", 7, False), ("ndc01", 9, False)],
)
def test_a_placement_moves_from_where_it_is_under_the_next_epoch_only(
    source: str,
    epoch: int,
    may: bool,  # noqa: FBT001 - a column
) -> None:
    placed = Placement(SiteName("ndc01"), 7, OTHER)

    moved = placed.moved(SiteName(source), SiteName("ndc02"), epoch, MINE)

    assert moved == (Placement(SiteName("ndc02"), epoch, MINE) if may else None)


def test_a_move_that_was_made_may_be_asked_for_again() -> None:
    moved = Placement(SiteName("ndc02"), 8, MINE)

    assert moved.moved(SiteName("ndc01"), SiteName("ndc02"), 8, MINE) == moved
    assert moved.moved(SiteName("ndc01"), SiteName("ndc02"), 8, OTHER) is None
