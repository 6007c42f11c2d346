"""Of a service away from home it is told whether it may go back, as far as can be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.runs.plan import RunName
from dr.admission import Exclusion
from dr.placement import BY_ITSELF, Claim, Placement
from inventory.names import HostName, SiteName
from inventory.network import Network
from monitors.health.away import AwayView, home_words, since_words
from monitors.look.away import away_view
from monitors.look.readings import PowerReading, Readings
from stacks.substrates.port import Power
from tests.networks import PORTAL_ALONE, network
from tests.rehearsals import SERVICE
from tests.snapshots import NOON, all_well, taken
from tui.status_text import status_text
from tui.table_view import table_rows

OF = network("compact", *PORTAL_ALONE)
PORTAL = OF.service(SERVICE)
APP, LEADER = HostName("ndc01-app"), HostName("ndc01-data")
SECOND, THIRD = HostName("ndc02-app"), HostName("ndc03-app")
RUN = RunName("20300517-without-ndc01")
LONG = timedelta(minutes=20)
MOVED = Placement(SiteName("ndc02"), 5, RUN)


def _away(**changes: object) -> Readings:
    """Return what is answered where the portal is away, and its home well for long enough."""
    steady = {observer: {APP: LONG, LEADER: LONG} for observer in (SECOND, THIRD)}
    away = replace(all_well(OF), placements={SERVICE: MOVED}, steady=steady)
    return replace(away, **changes)  # type: ignore[arg-type]


def _view(readings: Readings, of: Network = OF) -> AwayView:
    view = away_view(of, of.service(SERVICE), readings, NOON)
    assert view is not None
    return view


def _said(readings: Readings) -> str:
    return home_words(_view(readings), SERVICE)


def test_a_home_that_is_well_for_long_enough_is_offered_with_what_to_type() -> None:
    text = status_text(taken(OF, _away()))

    assert (
        f"away from home  {SERVICE}, at ndc02 since epoch 5 by {RUN}; its home ndc01 is well for "
        f"long enough; next: ndc dr failback {SERVICE}"
    ) in text
    rows = {row.key: row.detail for row in table_rows(taken(OF, _away()))}
    assert rows[f"away/{SERVICE}"].endswith(f"next: ndc dr failback {SERVICE}")


@pytest.mark.parametrize("at", [Placement(PORTAL.home, 5, RUN), None])
def test_of_a_service_at_home_or_nobody_knows_where_nothing_is_told(at: Placement | None) -> None:
    readings = _away(placements={SERVICE: at} if at else {})

    assert away_view(OF, PORTAL, readings, NOON) is None
    assert "away from home" not in status_text(taken(OF, readings))


def test_how_long_the_home_is_well_so_far_is_told_of_the_one_that_is_so_for_the_shortest() -> None:
    steady = {each: {APP: LONG, LEADER: timedelta(minutes=2)} for each in (SECOND, THIRD)}

    assert _said(_away(steady=steady)) == "its home ndc01 is well for 120 of 600 s"
    assert not _view(_away(steady=steady)).is_offered


def test_a_home_that_booted_a_moment_ago_is_not_offered_whoever_sees_it() -> None:
    power = {**all_well(OF).power, APP: PowerReading(Power.RUNNING, NOON - timedelta(seconds=9))}

    assert _said(_away(power=power)) == "its home ndc01 is well for 9 of 600 s"


UNKNOWN: dict[str, Callable[[], Readings]] = {
    "nobody sees it": lambda: _away(steady={}),
    "one site sees it": lambda: _away(steady={SECOND: {APP: LONG, LEADER: LONG}}),
    "one host is not seen": lambda: _away(steady={x: {APP: LONG} for x in (SECOND, THIRD)}),
    "nobody tells since when it is up": lambda: _away(power={}),
}


@pytest.mark.parametrize("readings", UNKNOWN.values(), ids=UNKNOWN)
def test_what_nobody_can_say_is_said_to_be_unknown_and_offers_nothing(
    readings: Callable[[], Readings],
) -> None:
    assert _said(readings()) == "nobody can say for how long its home ndc01 is well"
    assert not _view(readings()).is_offered


OBSTACLES: dict[str, Callable[[], Readings]] = {
    "ndc01-app is off": lambda: _away(
        power={**all_well(OF).power, APP: PowerReading(Power.OFF, None)}
    ),
    "ndc01-data waits for admission": lambda: _away(excluded={LEADER: Exclusion(RUN, NOON)}),
    f"{RUN} is in progress": lambda: _away(claims={PORTAL.database: Claim(RUN, 3)}),
}


@pytest.mark.parametrize("why", OBSTACLES)
def test_what_keeps_it_from_going_back_is_told_instead(why: str) -> None:
    view = _view(OBSTACLES[why]())

    assert home_words(view, SERVICE) == f"its home ndc01 cannot take it: {why}"
    assert not view.is_offered


def test_a_claim_that_nobody_holds_keeps_it_from_nothing() -> None:
    assert _view(_away(claims={PORTAL.database: Claim(None, 3)})).is_offered


def test_a_tier_that_does_not_say_when_offers_nothing() -> None:
    undecided = replace(OF, services=(replace(PORTAL, stable_for=None),))
    view = _view(_away(), undecided)

    assert not view.is_offered
    assert home_words(view, SERVICE).endswith(f"next: ndc dr switchover {SERVICE} --to ndc01")


def test_it_is_told_by_whom_it_was_moved_as_far_as_that_is_known() -> None:
    view = _view(_away())

    assert since_words(view, 5) == f" since epoch 5 by {RUN}"
    assert since_words(replace(view, run=BY_ITSELF), 5) == " since epoch 5 by a controller"
    assert since_words(replace(view, run=None), None) == ""
