"""The real engine and the real provider, on good days."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.engine.wire import Progress
from stacks.resources import HostSpec
from tests import networks
from tests.lab.engine.world import World, only, told

pytestmark = pytest.mark.lab


def test_what_is_declared_is_previewed_then_made_and_then_left_alone(world: World) -> None:
    world = replace(world, network=only(networks.network("tiny"), 2))

    heard: list[Progress] = []

    previewed = world.engine.preview(world.network, world.seeds)
    untouched = world.substrate.identities()
    made = told(world.engine.up(world.network, world.seeds, heard.append).checked())
    again = world.up()

    assert untouched == []
    assert sorted(change.object for change in previewed) == world.declared
    assert sorted(thing for thing, _ in made) == world.declared
    assert world.substrate.identities() == world.declared
    assert again == []
    assert Progress(f"host/{world.host}", f"host/{world.host} is being made") in heard


def test_drift_names_what_moved_and_what_vanished_and_up_puts_it_back(standing: World) -> None:
    moved, gone = (host.name for host in standing.network.hosts[:2])
    standing.substrate.tamper("host", moved, segment="elsewhere")
    standing.substrate.tamper("host", gone)

    drifts = standing.engine.drift()
    mended = standing.up()

    home = standing.network.sites[0].segment
    assert [(d.object, d.property, d.applied, d.live) for d in drifts] == sorted(
        [
            (f"host/{moved}", "segment", home, "elsewhere"),
            (f"host/{gone}", "", "present", None),
        ],
        key=str,
    )
    assert mended == sorted([(f"host/{moved}", "segment"), (f"host/{gone}", "")])
    assert standing.engine.drift() == ()


def test_a_new_image_replaces_a_host_and_the_preview_says_that_data_goes(standing: World) -> None:
    seeds = replace(standing.seeds, image="image-2")

    previewed = standing.engine.preview(standing.network, seeds)
    standing.engine.up(standing.network, seeds).checked()

    hosts = [f"host/{host.name}" for host in standing.network.hosts]
    assert [(c.object, c.property, c.old, c.new, c.risk) for c in previewed] == [
        (host, "image", "image-1", "image-2", "data") for host in sorted(hosts)
    ]
    there = standing.substrate.look("host", standing.host)
    assert isinstance(there, HostSpec)
    assert there.image == "image-2"


def test_a_site_that_is_declared_no_more_is_previewed_and_then_destroyed(world: World) -> None:
    one, two = world, replace(world, network=only(networks.network("tiny"), 2))
    two.up()

    previewed = one.engine.preview(one.network, one.seeds)
    one.up()

    lost = sorted(set(two.declared) - set(one.declared))
    assert [(c.object, c.new) for c in previewed] == [(thing, None) for thing in lost]
    assert one.substrate.identities() == one.declared
    assert one.engine.preview(one.network, one.seeds) == ()


def test_destroy_leaves_nothing(standing: World) -> None:
    standing.engine.destroy().checked()

    assert standing.substrate.identities() == []
    assert standing.engine.drift() == ()
    assert standing.engine.destroy().checked() == ()
