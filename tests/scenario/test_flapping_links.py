"""A site whose hosts stay up while its links come and go is not back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.plan import RunName
from dr.planning.planner import Occasion, plan_failback
from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return
from dr.simulation.controllers import Controllers
from dr.watch.observers import observers
from inventory.names import HostName, OperatorName, SiteName
from tests.failovers import admit, failover
from tests.rehearsals import SERVICE, Rehearsal

HOME = SiteName("ndc01")
SOON = timedelta(seconds=30)
"""in which observers begin, look, and say so"""


def _back() -> Rehearsal:
    """Return a world in which a site was given up, is back, admitted, and watched since."""
    made = failover(HOME)
    Controllers(made.world)
    made.carry()
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.world.sleep(SOON)
    admit(made)
    return made


def _stable(made: Rehearsal) -> timedelta:
    stable_for = made.network.service(SERVICE).stable_for
    assert stable_for is not None
    return stable_for


def _cut_for_a_while(made: Rehearsal) -> None:
    """Let no link reach the site for some seconds; its hosts do not notice."""
    plant = made.world.truth.plant
    with plant.changing():
        plant.isolated.add(HOME)
    made.world.sleep(timedelta(seconds=15))
    with plant.changing():
        plant.isolated.discard(HOME)


def _asked(made: Rehearsal) -> str:
    """Return why the service may not go home; "": it may."""
    request = Move(SERVICE, HOME)
    facts = {SERVICE: made.world.eye.observe(SERVICE)}
    stays = made.world.eye.stays(hosts_that_return(made.network, request))
    occasion = Occasion(RunName("home"), made.world.now(), OperatorName("an"))
    try:
        plan_failback(made.network, facts, stays, [request], occasion)
    except PlanRefused as refusal:
        return f"{refusal.what}: {refusal.actual}"
    return ""


def test_who_is_up_for_long_and_was_cut_off_meanwhile_is_not_back_until_it_stayed() -> None:
    made = _back()
    made.world.sleep(_stable(made))
    assert _asked(made) == ""

    _cut_for_a_while(made)
    made.world.sleep(SOON)
    soon = _asked(made)
    made.world.sleep(_stable(made))

    assert "is not back for long enough: answering witness-control and ndc03-app for " in soon
    assert "up for" not in soon
    assert _asked(made) == ""


def test_who_is_cut_off_now_is_not_known_to_answer_for_any_time() -> None:
    made = _back()
    made.world.sleep(_stable(made))
    plant = made.world.truth.plant
    with plant.changing():
        plant.isolated.add(HOME)
    made.world.sleep(SOON)

    assert "nobody at another site says so" in _asked(made)


def test_who_begins_to_look_anew_delays_nothing_where_two_others_looked_on() -> None:
    made, others = _watched()

    _restart(made, others[:1])

    assert _asked(made) == ""


@pytest.mark.parametrize("off", [0.5, 15], ids=["before its word ends", "later"])
def test_who_begins_to_look_anew_knows_of_nothing_before(off: float) -> None:
    made, others = _watched()
    made.world.sleep(timedelta(seconds=4))  # their words were told anew meanwhile

    _restart(made, others[1:], off)

    assert "answering " in _asked(made)
    made.world.sleep(_stable(made))
    assert _asked(made) == ""


def test_where_one_observer_is_left_nobody_knows() -> None:
    made, others = _watched()

    for host in others[1:]:
        made.world.truth.plant.power_off(host)
    made.world.sleep(SOON)

    assert f"it cannot be seen for how long it answers: only {others[0]}" in _asked(made)


def _watched() -> tuple[Rehearsal, list[HostName]]:
    """Return a world in which the service may go home, and who observes its home from elsewhere."""
    made = _back()
    made.world.sleep(_stable(made))
    assert _asked(made) == ""
    return made, list(observers(made.network, made.plan.basis.lost))


def _restart(made: Rehearsal, hosts: list[HostName], off: float = 15) -> None:
    for host in hosts:
        made.world.truth.plant.power_off(host)
    made.world.sleep(timedelta(seconds=off))
    for host in hosts:
        made.world.truth.plant.power_on(host)
    made.world.sleep(timedelta(seconds=3))
