"""What a host does about a record: the whole table."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from core.runs.plan import RunName
from dr.hosts.edges import HostEdge, Local, edge, yields
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
        (HERE, PRESENT, 7, HostEdge.KEEP),
        (HERE, ABSENT, 7, HostEdge.ANNOUNCE),  # it was off
        (ELSEWHERE, ABSENT, 7, HostEdge.KEEP),
        (ELSEWHERE, PRESENT, 7, HostEdge.WITHDRAW),  # a withdrawal that was not finished
        # the record is news
        (HERE, PRESENT, 6, HostEdge.ANNOUNCE),
        (HERE, ABSENT, 6, HostEdge.ANNOUNCE),
        (ELSEWHERE, ABSENT, 6, HostEdge.STAY_OUT),
        (ELSEWHERE, PRESENT, 6, HostEdge.WITHDRAW),
        # the host has forgotten, or was never asked
        (HERE, PRESENT, NEVER, HostEdge.ANNOUNCE),
        (HERE, ABSENT, NEVER, HostEdge.ANNOUNCE),
        (ELSEWHERE, ABSENT, NEVER, HostEdge.STAY_OUT),
        (ELSEWHERE, PRESENT, NEVER, HostEdge.WITHDRAW),
        # the record is over
        (HERE, PRESENT, OVER, HostEdge.KEEP),
        (HERE, ABSENT, OVER, HostEdge.KEEP),
        (ELSEWHERE, ABSENT, OVER, HostEdge.KEEP),
        (ELSEWHERE, PRESENT, OVER, HostEdge.KEEP),
    ],
)
def test_the_table(
    site: SiteName,
    announced: bool,  # noqa: FBT001 - a column
    highest: int | None,
    expected: HostEdge,
) -> None:
    assert edge(Placement(site, 7, None), Local(HERE, announced, highest)) is expected


@pytest.mark.parametrize("highest", [6, 7, NEVER])
def test_who_is_kept_out_announces_nothing_anew(highest: int | None) -> None:
    local = Local(HERE, ABSENT, highest, excluded=True)

    assert edge(Placement(HERE, 7, None), local) is HostEdge.KEEP


@pytest.mark.parametrize("site", [HERE, ELSEWHERE])
@pytest.mark.parametrize("highest", [6, 7, NEVER])
def test_who_is_kept_out_and_announces_still_does_as_any_other(
    site: SiteName, highest: int | None
) -> None:
    record, local = Placement(site, 7, None), Local(HERE, PRESENT, highest)

    assert edge(record, replace(local, excluded=True)) is edge(record, local)


def test_without_a_record_nothing_is_done() -> None:
    for announced, highest in itertools.product((PRESENT, ABSENT), (NEVER, 7)):
        assert edge(None, Local(HERE, announced, highest)) is HostEdge.KEEP


@pytest.mark.parametrize("wanted", list(HostEdge))
def test_only_a_withdrawal_waits_for_the_run_that_holds_the_service(wanted: HostEdge) -> None:
    assert yields(wanted, Claim(RunName("move"), 3)) is (wanted is HostEdge.WITHDRAW)
    assert not yields(wanted, Claim(None, 3))
