"""How far a clock is off: what is seen of it, and when somebody is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
import yaml

from access.clients.prometheus import Sample
from core.clock import TOLERATED_OFFSET
from inventory.clocks import ORPHANS
from inventory.names import HostName
from monitors.health.clocks import ClockView, of_clock
from monitors.look.clocks import DELAY, DISPERSION, LEAP, OFFSET, STRATUM, clock
from tests.networks import ROOT
from tests.snapshots import NOON

HOST = HostName("ndc01-data")
WELL = {OFFSET: -0.25, DELAY: 0.02, DISPERSION: 0.03, LEAP: 0.0, STRATUM: float(ORPHANS)}


def _seen(values: Mapping[str, float], servers: int = 0) -> ClockView | None:
    samples = [Sample({"__name__": name}, value, NOON) for name, value in values.items()]
    return clock(samples, servers)


def _said(ahead: float, error: float = 0.0) -> list[str]:
    view = ClockView(timedelta(seconds=ahead), timedelta(seconds=error), compared=True)
    return [concern.sentence for concern in of_clock(HOST, view)]


def test_what_chronyd_tells_is_the_way_to_the_right_time_and_half_the_delay_is_error() -> None:
    seen = _seen(WELL)

    assert seen == ClockView(timedelta(seconds=0.25), timedelta(seconds=0.04), compared=True)


def test_a_clock_without_a_source_or_without_an_answer_is_compared_with_none() -> None:
    alone, mute = _seen({**WELL, LEAP: 3.0}), _seen({"node_load1": 1.0})

    assert alone is not None
    assert mute is not None
    assert (alone.compared, mute.compared) == (False, False)
    for view in (alone, mute):
        (concern,) = of_clock(HOST, view)
        assert concern.sentence.startswith("its clock is compared with no other; next: ndc ssh")


@pytest.mark.parametrize(
    ("servers", "whom"),
    [(1, "the time server declared for it"), (3, "any of the 3 time servers declared for it")],
)
def test_a_clock_that_hears_no_declared_time_server_is_told_so(servers: int, whom: str) -> None:
    alone = _seen({**WELL, LEAP: 3.0}, servers)
    among_us, outside = (_seen({**WELL, STRATUM: ORPHANS + at}, servers) for at in (0.0, -1.0))

    said = [[one.sentence for one in of_clock(HOST, view)] for view in (alone, among_us, outside)]
    look = "next: ndc ssh ndc01-data -- chronyc -n sources"
    assert said == [
        [f"its clock is compared with no other, nor with {whom}; {look}"],
        [f"its time does not come from {whom}; {look}"],
        [],
    ]


def test_where_no_time_server_is_declared_nobody_misses_one() -> None:
    view = _seen(WELL)

    assert view is not None
    assert not view.from_outside
    assert list(of_clock(HOST, view)) == []


def test_of_a_host_that_tells_nothing_nothing_is_said() -> None:
    assert _seen({}) is None
    assert list(of_clock(HOST, None)) == []


@pytest.mark.parametrize(("ahead", "error"), [(0.5, 0.0), (-0.5, 0.0), (0.25, 0.25), (-0.25, 0.25)])
def test_what_is_borne_is_borne_with_its_error(ahead: float, error: float) -> None:
    assert _said(ahead, error) == []
    assert len(_said(ahead, error + 0.001)) == 1


def test_it_says_how_far_which_way_and_what_to_type() -> None:
    look = "next: ndc ssh ndc01-data -- chronyc -n sources"

    assert _said(0.7, 0.01) == [f"its clock is 0.700 s ahead, by 0.010 s at most more; {look}"]
    assert _said(-0.7) == [f"its clock is 0.700 s behind, by 0.000 s at most more; {look}"]


def test_the_alert_bears_as_much_as_the_judgement() -> None:
    rules = yaml.safe_load((ROOT / "monitors/rules/watching.yml").read_text("utf-8"))
    (off,) = (rule for rule in rules["groups"][0]["rules"] if rule.get("alert") == "ClockOff")

    assert f"> {TOLERATED_OFFSET.total_seconds()}\n" in off["expr"].replace(" and", "\n and")


def test_rules_know_the_stratum_of_who_hears_nobody_outside() -> None:
    rules = yaml.safe_load((ROOT / "monitors/rules/watching.yml").read_text("utf-8"))
    asked = [one["expr"] for one in rules["groups"][0]["rules"] if STRATUM in one["expr"]]

    assert len(asked) == 2
    assert all(re.findall(rf"{STRATUM} \S+ (\d+)", each) == [str(ORPHANS)] for each in asked)
