"""A run that has a store begin elsewhere, carried in this process against stub servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict
from core.runs.plan import RunName
from dr.live.carrier import Carrier
from dr.live.giving_up import GivingUp
from dr.live.run_folder import RunFolder
from dr.live.signing import Signing
from dr.looking.store_looks import survey_stores
from dr.placement import Claim
from dr.planning.losses import hosts_named
from dr.planning.planner import Occasion
from dr.planning.store_losses import stores_after
from dr.planning.store_planner import plan_of_stores
from dr.reporting.ending import Outcome
from inventory.names import HostName, OperatorName
from ndc.wiring.beside_runs import demand_unclaimed
from tests.rehearsals import SERVICE
from tests.stubs.network import stub_network

NAME = RunName("20300101-000002-stores")
REFUGE = HostName("ndc02-node")


def test_a_run_of_stores_alone_is_carried_to_its_end_and_reported(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ground = request.getfixturevalue("stub_ground")
    (declared,) = ground.network.stores
    with stub_network(ground, SERVICE, tmp_path / "hosts") as stub, stub.live() as live:
        with stub.holding():
            store = stub.world.truth.stores[declared.name]
        live.doors.records.swap_placement(declared.name, None, store.placements[0])
        lost = hosts_named(live.network, ["ndc01"])
        with stub.holding():
            for host in sorted(lost):
                stub.world.truth.plant.power_off(host)
        facts = survey_stores(live.eye(), live.network.stores, lost)
        stores = stores_after(live.network, facts, lost, None)
        occasion = Occasion(NAME, live.clock.now(), OperatorName("an"))
        plan = plan_of_stores(live.network, stores, occasion, "ndc01")
        folder = RunFolder.create(tmp_path / "runs", plan)
        carrier = Carrier(live, folder, Signing(live.network, stub.on.secrets, folder))

        run = carrier.carry()
        report = carrier.report()

        with stub.holding():
            assert store.serves(REFUGE)
            assert REFUGE in store.announcing
    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert report.outcome is Outcome.UNMEASURED
    assert [course.begun for course in report.stores] == [True]
    assert "goes on at ndc02" in (folder.path / "report.html").read_text("utf-8")


def test_a_run_that_is_given_up_lets_go_of_its_stores(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ground = request.getfixturevalue("stub_ground")
    (declared,) = ground.network.stores
    with stub_network(ground, SERVICE, tmp_path / "hosts") as stub, stub.live() as live:
        records = live.doors.records
        with stub.holding():
            placement = stub.world.truth.stores[declared.name].placements[0]
        records.swap_placement(declared.name, None, placement)
        free = records.claim(declared.name)
        records.swap_claim(declared.name, free, Claim(NAME, free.number + 1))
        giving_up = GivingUp(live, NAME)

        with pytest.raises(PlanRefused, match="a run holds"):
            demand_unclaimed(live.network, records)
        seen = [*giving_up.look()]
        giving_up.release()

        demand_unclaimed(live.network, records)
        assert giving_up.holds() == []
    assert seen == [f"{declared.name} is placed at ndc01 since epoch {placement.epoch}"]
