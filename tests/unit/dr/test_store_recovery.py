"""What a drill says of a store that lost its writer: what is gone, how far back, and what is so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from dr.drills.hypothesis import ServiceStanding, findings
from dr.drills.store_recovery import KeptApart, StoreRecovery
from dr.drills.store_text import plain_recovery, recovery_lines
from dr.drills.stores_taken import StoresBefore
from dr.facts import StoreFacts
from dr.placement import Claim, Placement
from dr.planning.plan import MovedStore
from dr.planning.store_bound import StoreLeft, StoreLoss
from dr.tracing import StoreTrail, Tracer, TracerFate
from inventory.names import HostName, SiteName, StoreName
from inventory.practice import Statement
from storage.points import CopyComparison, PointDifference, RecoveryPoint
from storage.standing import CopyStanding
from tests.conftest import Golden
from tests.networks import network

GOLDEN = Path(__file__).resolve().parents[2] / "golden/drills"
NET = network("tiny")
STORE = NET.store(StoreName("general-specialised"))
SOURCE, REFUGE, THIRD = (HostName(f"ndc0{number}-node") for number in (1, 2, 3))
HOME, AWAY = SiteName("ndc01"), SiteName("ndc02")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TAKEN = timedelta(seconds=100)
"""by the clock of who writes tracers"""


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


MOVED = MovedStore(
    store=STORE.name,
    source=HOME,
    target=AWAY,
    host=REFUGE,
    point="point-7",
    made_at=NOON - _s(4),
    placement=Placement(HOME, 1, None),
    claim=Claim(None),
    loss=StoreLoss(_s(10), STORE.recovery_point),
)


def _tracers(served: Iterable[int], until: int = 120) -> tuple[Tracer, ...]:
    """Return one for each second from 90 on, acknowledged half a second later while ``served``."""
    acknowledging = {*served}
    return tuple(
        Tracer(
            number=at,
            sent=_s(at),
            ended=_s(at + 0.5),
            fate=TracerFate.KEPT if at in acknowledging else TracerFate.REFUSED,
            is_read=at in acknowledging,
        )
        for at in range(90, until)
    )


def _trail(*gone: int, unread: int = 0) -> StoreTrail:
    """Return what was acknowledged before second 100 and from 110 on, but that some is gone."""
    tracers = _tracers([*range(90, 100), *range(110, 120)])
    kept = [one.number for one in tracers if one.fate is TracerFate.KEPT]
    present = frozenset(number for number in kept[unread:] if number not in gone)
    return StoreTrail(tracers, present, frozenset(gone), removed=True)


UNREAD = Tracer(120, _s(120), _s(120.5), TracerFate.REFUSED, is_read=True)


def _standing(*, began: str | None = None, compared: CopyComparison | None = None) -> CopyStanding:
    points = (RecoveryPoint(NOON, "point-9"),)
    return CopyStanding(NOON, began is not None, began is not None, None, began, points, compared)


def _after(at: SiteName = AWAY, **standings: CopyStanding) -> StoreFacts:
    hosts = {HostName(name.replace("_", "-")): one for name, one in standings.items()}
    hosts = hosts or {REFUGE: _standing(began="point-7"), THIRD: _standing()}
    return StoreFacts(
        at=NOON,
        placement=Placement(at, 2, None),
        claim=None,
        alarms=None,
        standings=hosts,
        signs={},
        excluded=frozenset(),
    )


WELL = StoreRecovery(
    store=STORE,
    source=SOURCE,
    taken=TAKEN,
    within=_s(0.1),
    trail=_trail(97, 98, 99),
    moved=MOVED,
    left=None,
    age=_s(4),
    after=_after(),
)
STAYED = replace(
    WELL,
    trail=_trail(),
    moved=None,
    left=StoreLeft(STORE.name, "more may be lost than is promised", "ndc dr plan"),
    age=None,
    after=_after(HOME),
)


def _said(one: StoreRecovery) -> dict[Statement, bool | None]:
    statements = [one for one in Statement if one.startswith("stores-")]
    standing = ServiceStanding(AWAY, None, None, None, stores=(WELL, one))
    return dict(findings(statements, standing, HOME, STORE.recovery_point))


def _so(
    *, served: bool | None, planned: bool | None, within: bool | None
) -> dict[Statement, bool | None]:
    return {
        Statement.STORES_SERVED: served,
        Statement.STORES_AS_PLANNED: planned,
        Statement.STORES_WITHIN_POINT: within,
    }


ALL_SO = _so(served=True, planned=True, within=True)


@pytest.mark.parametrize("one", [WELL, STAYED])
def test_a_store_that_went_or_stayed_as_planned_and_lost_little_is_well(one: StoreRecovery) -> None:
    assert _said(one) == ALL_SO


def test_how_far_back_a_loss_goes_is_told_from_the_oldest_that_is_gone_at_worst() -> None:
    # acknowledged at 97.5, 2.5 s before the loss, and the clocks were compared to a tenth
    assert WELL.reach == _s(2.6)
    assert [one.number for one in WELL.lost] == [97, 98, 99]
    assert replace(WELL, trail=_trail()).reach == _s(0)


def test_it_is_served_again_with_the_first_that_is_acknowledged_after_one_that_was_not() -> None:
    late = _tracers([*range(90, 103), *range(110, 120)])
    slow = replace(WELL, trail=StoreTrail(late))

    assert WELL.written_after == WELL.read_after == _s(10.5)
    assert slow.written_after == _s(10.5), "its writer acknowledged while it was being taken"
    assert replace(WELL, trail=StoreTrail(_tracers(range(90, 120)))).written_after == _s(0)
    assert replace(WELL, trail=StoreTrail(_tracers(range(90, 100)))).written_after is None
    assert replace(WELL, trail=None).written_after is None


@pytest.mark.parametrize(
    ("one", "said"),
    [
        # nobody tells
        (replace(WELL, trail=None), _so(served=None, planned=True, within=None)),
        (replace(WELL, after=None), _so(served=True, planned=None, within=True)),
        (replace(WELL, trail=_trail(unread=1)), _so(served=True, planned=True, within=None)),
        (
            replace(WELL, after=_after(ndc03_node=_standing())),
            _so(served=True, planned=None, within=True),
        ),
        # it is not served at the end, or was never heard to be
        (
            replace(WELL, trail=replace(_trail(), tracers=_tracers(range(90, 119)))),
            _so(served=False, planned=True, within=None),
        ),
        (
            replace(WELL, trail=replace(_trail(), tracers=(*_trail().tracers, UNREAD))),
            _so(served=False, planned=True, within=True),
        ),
        # what was acknowledged before the point with which it began is gone
        (replace(WELL, trail=_trail(93)), _so(served=True, planned=True, within=False)),
        (replace(WELL, trail=_trail(93, unread=1)), _so(served=True, planned=True, within=False)),
        # it went on elsewhere, or from another point, or stayed where it was to move
        (replace(WELL, after=_after(HOME)), _so(served=True, planned=False, within=True)),
        (
            replace(WELL, after=_after(ndc02_node=_standing(began="point-6"))),
            _so(served=True, planned=False, within=True),
        ),
        # it moved, which the plan had left
        (replace(STAYED, after=_after(AWAY)), _so(served=True, planned=False, within=True)),
        # a copy is not what its source holds
        (
            replace(
                WELL,
                after=_after(
                    ndc02_node=_standing(began="point-7"),
                    ndc03_node=_standing(compared=CopyComparison(NOON, equal=False)),
                ),
            ),
            _so(served=True, planned=False, within=True),
        ),
    ],
)
def test_what_is_not_so_or_not_known_of_one_store_is_said_of_all(
    one: StoreRecovery, said: dict[Statement, bool | None]
) -> None:
    assert _said(one) == said


def test_what_is_known_not_to_be_so_of_one_outranks_what_nobody_knows_of_another() -> None:
    lost, unknown = replace(WELL, trail=_trail(93)), replace(WELL, trail=None)
    standing = ServiceStanding(AWAY, None, None, None, stores=(unknown, lost, WELL))
    within = Statement.STORES_WITHIN_POINT

    assert findings([within], standing, HOME, _s(30)) == {within: False}


def test_a_tier_that_promises_less_than_was_lost_is_broken_however_old_the_point_was() -> None:
    strict = replace(WELL, store=replace(STORE, recovery_point=_s(2)), age=_s(60))

    assert strict.is_within_point is False
    assert replace(strict, trail=_trail(99)).is_within_point is True


def test_a_copy_is_equal_only_by_a_comparison_with_whom_it_follows_now() -> None:
    former, present = CopyComparison(MOVED.made_at, equal=True), CopyComparison(NOON, equal=True)

    copies = replace(
        WELL,
        after=_after(
            ndc02_node=_standing(began="point-7"),
            ndc01_node=_standing(compared=former),
            ndc03_node=_standing(compared=present),
        ),
    ).copies

    assert copies == {SOURCE: None, THIRD: True}


def test_the_age_of_a_point_is_told_by_the_clock_of_who_made_it_at_worst() -> None:
    # the host's clock is an hour ahead of everybody's, and so is the name of its point
    ahead = replace(_after(HOME), standings={SOURCE: replace(_standing(), at=NOON + _s(3600))})
    before = StoresBefore({STORE.name: ahead}, asked=_s(50), within=_s(0.2))
    moved = replace(MOVED, made_at=NOON + _s(3598))

    assert before.age(moved, SOURCE, _s(53)) == _s(5.2)
    assert before.age(moved, THIRD, _s(53)) is None


def test_stores_are_taken_with_whom_their_records_say_and_who_is_unknown_stops_the_drill() -> None:
    before = StoresBefore({STORE.name: _after(AWAY)}, _s(0), _s(0))
    unseen = StoresBefore({STORE.name: replace(_after(), placement=None)}, _s(0), _s(0))
    alone = replace(NET, stores=(STORE,))

    assert before.taken_by(alone, [REFUGE]) == {STORE.name: REFUGE}
    assert before.taken_by(alone, [SOURCE]) == {}
    assert unseen.taken_by(alone, [HostName("witness-control")]) == {}
    with pytest.raises(PlanRefused, match="nobody can say who writes general-specialised"):
        unseen.taken_by(alone, [SOURCE])


def test_what_became_of_stores_is_read_like_this(golden: Golden) -> None:
    much = KeptApart(SOURCE, PointDifference(12, 40_960))
    unread = replace(WELL, trail=_trail(99, unread=2), apart=None, age=None)
    cases = {
        "as planned": replace(WELL, apart=(much, KeptApart(THIRD, None))),
        "left": STAYED,
        "no plan": replace(STAYED, left=None, trail=StoreTrail(_tracers(range(90, 100)))),
        "half known": unread,
        "nothing known": replace(WELL, trail=None, after=None),
    }

    lines = [line for name, one in cases.items() for line in (f"{name}:", *recovery_lines(one))]

    golden(GOLDEN / "stores.txt", "\n".join(lines) + "\n")


def test_what_nobody_knows_is_null_in_a_report_and_never_nothing() -> None:
    plain = plain_recovery(replace(WELL, trail=None, after=None, apart=None, age=None))

    unknown = {name for name, value in plain.items() if value is None}
    assert unknown == {
        "acknowledged",
        "apart",
        "as_planned",
        "lost",
        "lost_reach_seconds",
        "not_read_back",
        "point_age_at_loss_seconds",
        "read_after_seconds",
        "served",
        "site",
        "tracers_removed",
        "within_point",
        "written_after_seconds",
    }
