"""How far a clock is off: what is seen of it, and when somebody is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
import yaml

from access.clients.prometheus import Sample
from inventory.names import HostName
from monitors.health.clocks import TOLERATED, ClockView, of_clock
from monitors.look.clocks import DELAY, DISPERSION, LEAP, OFFSET, clock
from tests.networks import ROOT
from tests.snapshots import NOON

HOST = HostName("ndc01-data")
WELL = {OFFSET: -0.25, DELAY: 0.02, DISPERSION: 0.03, LEAP: 0.0}


def _seen(values: Mapping[str, float]) -> ClockView | None:
    return clock(Sample({"__name__": name}, value, NOON) for name, value in values.items())


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

    assert f"> {TOLERATED.total_seconds()}\n" in off["expr"].replace(" and", "\n and")
