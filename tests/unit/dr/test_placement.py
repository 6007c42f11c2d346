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
    assert Placement(SiteName("ndc01"), 7, OTHER).moved(SiteName("ndc02"), MINE).epoch == 8
