"""What a lost site announces still leads nobody there: whoever survives refuses it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import PlanRefused, Unreachable
from core.runs.journal import Request, RunVerdict, Where, Wish
from dr.accepting import accept_again
from dr.loss_actions import CutPower, RefuseOrigin
from dr.planning.losses import hosts_named
from dr.planning.moving import Moving
from dr.planning.plan import RecoveryPlan, codec
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.names import HostName, SiteName
from tests.failovers import Loss
from tests.rehearsals import SERVICE, Rehearsal, rehearsal
from tests.unit.core.runs.small import Wishes

HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
APP, OTHER_APP = HostName("ndc01-app"), HostName("ndc02-app")
EDGE = HostName("witness-edge")
A_MOMENT = timedelta(seconds=3)


def _still() -> Loss:
    """Return a world in which a site stands still, and nobody tells its power."""
    made = rehearsal()
    plant = made.world.truth.plant
    lost = hosts_named(made.network, [HOME])
    for host in sorted(lost):
        plant.freeze(host)
    plant.mute_ports |= lost
    made.world.sleep(timedelta(seconds=3))
    return Loss(made.network, made.world, lost, HOME)


def _planned(made: Loss) -> Rehearsal:
    return Rehearsal(made.network, made.world, made.plan())


def _return(made: Rehearsal) -> None:
    """Let what stands still go on, and announce."""
    for host in made.plan.basis.lost:
        made.world.truth.plant.thaw(host)
    assert APP in made.truth.announcing


def _served_by(made: Rehearsal) -> list[SiteName]:
    """Return by whom citizens are served who lose their way for a moment."""
    since, plant = made.world.elapsed(), made.world.truth.plant
    plant.freeze(OTHER_APP)
    made.world.sleep(A_MOMENT)
    plant.thaw(OTHER_APP)
    made.world.sleep(A_MOMENT)
    return sorted({write.site for write in made.citizens.acknowledged if write.at > since})


def _refusers(plan: RecoveryPlan) -> list[HostName]:
    return [one.action.border for one in plan.steps if isinstance(one.action, RefuseOrigin)]


def test_nobody_comes_to_a_site_that_announces_again_after_it_was_given_up() -> None:
    made = _planned(_still())

    run = made.carry()

    _return(made)

    assert run.closed is RunVerdict.DONE
    assert _served_by(made) == [REFUGE]


def test_without_it_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moving, "refuse", lambda *_: iter(()))
    made = _planned(_still())

    made.carry()
    _return(made)

    assert HOME in _served_by(made)


def test_every_border_that_survives_refuses_before_it_is_served_elsewhere() -> None:
    plan = _planned(_still()).plan

    (place,) = [one for one in plan.steps if one.action.kind == "move-placement"]
    refusing = {one.id for one in plan.steps if isinstance(one.action, RefuseOrigin)}
    others = ["ndc02-edge1", "ndc02-edge2", "ndc03-edge1", "ndc03-edge2", EDGE]
    assert _refusers(plan) == others
    assert refusing <= set(place.needs)


def test_whose_power_is_taken_is_refused_by_nobody() -> None:
    made = _still()
    made.world.truth.plant.mute_ports.clear()

    plan = made.plan()

    assert _refusers(plan) == []
    assert any(isinstance(one.action, CutPower) for one in plan.steps)


def test_a_border_that_cannot_be_asked_makes_the_plan_refuse_and_people_attest() -> None:
    made = _still()
    made.world.truth.plant.freeze(EDGE)

    with pytest.raises(PlanRefused) as caught:
        made.plan()
    attested = made.plan(attested=True)

    assert caught.value.actual == f"{EDGE} cannot be asked"
    assert caught.value.next_step.endswith("have them attest it: --attest")
    assert EDGE not in _refusers(attested)
    assert any(
        APP in getattr(one.action, "hosts", ()) and one.attested_by for one in attested.steps
    )


def test_a_border_that_is_lost_as_well_is_not_asked() -> None:
    made = _still()
    made.world.truth.plant.power_off(EDGE)
    made.world.sleep(timedelta(seconds=3))

    plan = Loss(made.network, made.world, made.lost | {EDGE}, "both").plan()

    assert EDGE not in _refusers(plan)


def test_a_refusal_of_which_nobody_heard_is_looked_at_before_it_is_said_again() -> None:
    made = _planned(_still())
    made.world.faults.append(Fault("refuse-origin", Trouble.MUTE, 1))

    run = made.carry()

    sent = [action.border for action in made.effects if isinstance(action, RefuseOrigin)]
    assert run.closed is RunVerdict.DONE
    assert sorted(sent) == sorted(_refusers(made.plan))


def test_a_run_that_turns_back_has_borders_accept_the_site_again() -> None:
    made = _planned(_still())
    made.world.truth.at(SERVICE).database.paused = True
    lines = MemoryJournal(codec(), made.world)
    held = made.engine(lines).start(made.plan, Where.MEMORY)
    refused = set(made.truth.refused)

    run = made.engine(lines, inbox=Wishes([Request("1", Wish.ABORT, "an")])).resume()

    assert held.verdict is RunVerdict.HELD
    assert len(refused) == len(_refusers(made.plan))
    assert run.closed is RunVerdict.UNWOUND
    assert made.truth.refused == set()


def test_who_is_admitted_is_accepted_again_by_every_border() -> None:
    made = _planned(_still())
    made.carry()
    _return(made)
    doors = made.world.doors
    excluded = doors.exclusions.excluded()

    told = list(accept_again(made.network, doors, excluded.keys(), ()))
    again = list(accept_again(made.network, doors, excluded.keys(), ()))

    assert told == [f"{one} accepts {SERVICE} from {HOME} again" for one in _refusers(made.plan)]
    assert again == []
    assert made.truth.refused == set()


def test_a_site_of_which_a_host_is_kept_out_is_not_accepted() -> None:
    made = _planned(_still())
    made.carry()

    told = list(accept_again(made.network, made.world.doors, [HostName("ndc01-data")], [APP]))

    assert told == []
    assert len(made.truth.refused) == len(_refusers(made.plan))


def test_nobody_is_admitted_while_a_border_cannot_be_asked() -> None:
    made = _planned(_still())
    made.carry()
    made.world.truth.plant.freeze(EDGE)

    with pytest.raises(Unreachable, match=EDGE):
        list(accept_again(made.network, made.world.doors, made.plan.basis.lost, ()))


def test_what_a_border_refused_while_it_was_lost_is_put_right_when_it_is_admitted() -> None:
    made = _planned(_still())
    made.carry()
    _return(made)
    here = [host.name for host in made.network.hosts_at(REFUGE)]

    list(accept_again(made.network, made.world.doors, made.plan.basis.lost, here))
    left = {border for border, _ in made.truth.refused}
    list(accept_again(made.network, made.world.doors, here, ()))

    assert left == {"ndc02-edge1", "ndc02-edge2"}
    assert made.truth.refused == set()
