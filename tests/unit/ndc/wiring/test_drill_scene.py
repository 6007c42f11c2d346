"""Whole drills against stub servers: real doors, a real runner, and a plant that loses power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from access.secrets import Secrets
from core.system_clock import SystemClock
from dr.drills.drill_report_text import drill_report_text
from dr.drills.live_drill import Appointment, LiveDrill
from dr.drills.store_recovery import KeptApart
from dr.live.asking import Identity
from dr.live.doors import Live
from dr.live.drill_folder import DrillFolder
from dr.live.tracing import LiveTracing
from inventory.names import DrillName, HostName, LinkName
from monitors.health.snapshot import Snapshot
from monitors.look.verdicts import JudgedLately
from ndc.wiring.drill_run import DrillRun
from ndc.wiring.drill_scene import LiveScene
from storage.points import PointDifference
from tests.networks import DECLARED, ONE_STORE, PORTAL_ALONE, declared, network
from tests.rehearsals import SERVICE
from tests.snapshots import degraded, healthy
from tests.stubs.checkout import Checkout
from tests.stubs.network import Ground, StubNetwork, ground

DRILLS = declared(DECLARED).drills


@pytest.fixture(scope="module")
def stub_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground(
        network("tiny", *PORTAL_ALONE, ONE_STORE), tmp_path_factory.mktemp("ground") / "secrets"
    )


@dataclass(frozen=True)
class PlantPort:
    """Takes the power of simulated hosts, and the carrier of their links."""

    stub: StubNetwork

    def power_off(self, hosts: list[str]) -> None:
        with self.stub.holding():
            for host in hosts:
                self.stub.world.truth.plant.power_off(HostName(host))

    def power_on(self, hosts: list[str]) -> None:
        with self.stub.holding():
            for host in hosts:
                self.stub.world.truth.plant.power_on(HostName(host))

    def cut(self, link: str) -> None:
        with self.stub.holding(), self.stub.world.truth.plant.changing() as plant:
            plant.cut.add(LinkName(link))

    def heal(self, link: str) -> None:
        with self.stub.holding(), self.stub.world.truth.plant.changing() as plant:
            plant.cut.discard(LinkName(link))

    def look(self) -> Snapshot:
        plant = self.stub.world.truth.plant
        return degraded() if plant.off | plant.cut else healthy()


@pytest.mark.parametrize("name", ["site-loss", "voter-loss"])
def test_a_drill_passes_and_all_is_given_back(typed: Checkout, name: str) -> None:
    stub, paths, said = typed.stub, typed.environment.paths, list[str]()
    port, folder = PlantPort(stub), DrillFolder(paths.drills)
    who, drill = Identity(None, "somebody"), DrillName(name)
    runs = DrillRun(
        stub.on.network, paths.runs, Secrets(paths.secrets), who, SystemClock(), said.append
    )

    with stub.live() as live:
        _place(stub, live)
        tracers = LiveTracing(live.programs, live.secrets, stub.clock)
        scene = LiveScene(SERVICE, live, port.look, port, runs, tracers, _judged, who.name)
        holder = LiveDrill(scene, folder, stub.clock, said.append)
        report = holder.hold(Appointment("d", drill, DRILLS[drill], who.name))

    assert report.passed, "\n".join([*said, drill_report_text(report)])
    # nobody calls for 40 s: too late for a store of which 30 s may be lost
    left = [one.left.store for one in report.stores if one.left]
    assert left == (["general-specialised"] if name == "site-loss" else [])
    assert all(one.written_after and one.acknowledged and not one.lost for one in report.stores)
    assert stub.world.truth.plant.off == set()
    assert folder.unclean() == []


def _judged(_: timedelta) -> dict[HostName, JudgedLately]:
    return {}


def _scene(typed: Checkout, live: Live, look: Callable[[], Snapshot]) -> LiveScene:
    stub, paths, who = typed.stub, typed.environment.paths, Identity(None, "somebody")
    secrets = Secrets(paths.secrets)
    runs = DrillRun(stub.on.network, paths.runs, secrets, who, SystemClock(), print)
    tracers = LiveTracing(live.programs, live.secrets, stub.clock)
    return LiveScene(SERVICE, live, look, PlantPort(stub), runs, tracers, _judged, who.name)


def test_what_a_drill_tore_off_a_store_is_told_and_is_a_concern_of_every_other_one(
    typed: Checkout,
) -> None:
    seen = healthy()
    torn, *others = seen.stores
    near, *far = torn.copies
    counted = PointDifference(3, 100)
    kept = replace(torn, copies=(replace(near, apart=1, counted=counted), *far))
    unseen = replace(torn, copies=(replace(near, observer=None), *far))

    with typed.stub.live() as live:
        scene = _scene(typed, live, lambda: replace(seen, stores=(kept, *others)))
        concerns = [[*scene.concerns(stores)] for stores in ([], [torn.name], [others[0].name])]
        apart = scene.apart()
        nobody = _scene(typed, live, lambda: replace(seen, stores=(unseen, *others))).apart()

    assert [len(one) for one in concerns] == [1, 0, 1]
    assert "keeps what it alone wrote" in concerns[0][0]
    assert apart is not None
    assert {name: kept for name, kept in apart.items() if kept} == {
        torn.name: (KeptApart(near.host, counted),)
    }
    assert nobody is None


def _place(stub: StubNetwork, live: Live) -> None:
    """Have the quorum keep where stores are."""
    with stub.holding():
        placed = {name: one.placements[0] for name, one in stub.world.truth.stores.items()}
    for name, placement in placed.items():
        live.doors.records.swap_placement(name, None, placement)
