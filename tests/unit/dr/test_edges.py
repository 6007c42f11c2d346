"""What a host does about a record: the whole table."""

from __future__ import annotations

import itertools

import pytest

from core.runs.plan import RunName
from dr.edges import Edge, Local, edge, yields
from dr.placement import Claim, Placement
from inventory.names import SiteName

HERE, ELSEWHERE = SiteName("ndc01"), SiteName("ndc02")
PRESENT, ABSENT = True, False
OVER, NEVER = 8, None
"""epochs that the host knows; the record's is 7"""


@pytest.mark.parametrize(
    ("site", "announced", "highest", "expected"),
    [
        # the record is the present
        (HERE, PRESENT, 7, Edge.KEEP),
        (HERE, ABSENT, 7, Edge.ANNOUNCE),  # it was off
        (ELSEWHERE, ABSENT, 7, Edge.KEEP),
        (ELSEWHERE, PRESENT, 7, Edge.WITHDRAW),  # a withdrawal that was not finished
        # the record is news
        (HERE, PRESENT, 6, Edge.ANNOUNCE),
        (HERE, ABSENT, 6, Edge.ANNOUNCE),
        (ELSEWHERE, ABSENT, 6, Edge.STAY_OUT),
        (ELSEWHERE, PRESENT, 6, Edge.WITHDRAW),
        # the host has forgotten, or was never asked
        (HERE, PRESENT, NEVER, Edge.ANNOUNCE),
        (HERE, ABSENT, NEVER, Edge.ANNOUNCE),
        (ELSEWHERE, ABSENT, NEVER, Edge.STAY_OUT),
        (ELSEWHERE, PRESENT, NEVER, Edge.WITHDRAW),
        # the record is over
        (HERE, PRESENT, OVER, Edge.KEEP),
        (HERE, ABSENT, OVER, Edge.KEEP),
        (ELSEWHERE, ABSENT, OVER, Edge.KEEP),
        (ELSEWHERE, PRESENT, OVER, Edge.KEEP),
    ],
)
def test_the_table(site: SiteName, announced: bool, highest: int | None, expected: Edge) -> None:  # noqa: FBT001 - a column
    assert edge(Placement(site, 7, None), Local(HERE, announced, highest)) is expected


def test_without_a_record_nothing_is_done() -> None:
    for announced, highest in itertools.product((PRESENT, ABSENT), (NEVER, 7)):
        assert edge(None, Local(HERE, announced, highest)) is Edge.KEEP


@pytest.mark.parametrize("wanted", list(Edge))
def test_only_a_withdrawal_waits_for_the_run_that_holds_the_service(wanted: Edge) -> None:
    assert yields(wanted, Claim(RunName("move"), 3)) is (wanted is Edge.WITHDRAW)
    assert not yields(wanted, Claim(None, 3))
