"""A healthy network behind its doors: simulated, and real clients before stub servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from dr.simulation.world import rehearsed
from dr.watch.lookout import SightWord, sight_word_text
from inventory.etcd import sight_word_of
from inventory.names import HostName
from tests.contract.reached import Reached
from tests.networks import network
from tests.rehearsals import SERVICE
from tests.stubs.network import stub_network


def _simulated() -> Reached:
    world = rehearsed(network(), SERVICE)
    dark = world.truth.plant.dark

    def go_dark() -> None:
        dark.update(site.name for site in world.truth.network.sites)
        world.truth.quorum.stopped = True
        world.truth.plant.mute_ports.update(world.truth.plant.hosts)

    def says(host: HostName, word: SightWord) -> None:
        world.truth.sight_words.tell(host, world.truth.plant.life(host), word)

    served = world.truth.at(SERVICE)
    return Reached(world.eye, world.doors, world, served, nullcontext, go_dark, says)


@pytest.fixture(params=["simulated", "live"])
def reached(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reached]:
    if request.param == "simulated":
        yield _simulated()
        return
    with (
        stub_network(request.getfixturevalue("stub_ground"), SERVICE, tmp_path) as stub,
        stub.live() as live,
    ):
        truth = stub.world.truth.at(SERVICE)

        def says(host: HostName, word: SightWord) -> None:
            key = f"{sight_word_of(live.network.environment, host)}sight"
            stub.etcd.write(key, sight_word_text(word))

        live.doors.records.swap_placement(SERVICE, None, truth.placements[0])
        eye, clock = live.eye(), live.clock
        yield Reached(eye, live.doors, clock, truth, stub.holding, stub.goes_dark, says)
