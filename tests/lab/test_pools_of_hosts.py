"""Storage pools of real hosts: plugged in while they run, and there after hosts were made anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inventory.names import PoolName
from lab.client import ignore
from stacks.resources import PoolSpec
from tests.lab.labd_bench import POOL, Bench, standing

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with standing() as bench:
        yield bench


def test_a_host_that_is_on_has_a_new_pool_at_once_and_after_its_next_boot(bench: Bench) -> None:
    west = bench.hosts[1]
    pool = PoolSpec(PoolName("west-late"), west.name, "/srv/pools/late", 2**28)

    bench.substrate.ensure(pool, ignore)
    bench.on(west, "touch", f"{pool.folder}/kept")
    at_once = bench.on(west, "findmnt", "-no", "FSTYPE", pool.folder)
    bench.labd.power_off([west.name])
    bench.labd.power_on([west.name], ignore)

    assert "btrfs" in at_once
    assert bench.on(west, "ls", pool.folder).split() == ["kept"]
    bench.substrate.remove("pool", pool.name)
    assert bench.on(west, "findmnt", "-no", "FSTYPE", pool.folder) == ""
    assert bench.substrate.look("pool", pool.name) is None


def test_a_host_that_is_made_anew_finds_what_lies_in_its_pool(bench: Bench) -> None:
    east = bench.hosts[0]
    bench.on(east, "touch", f"{POOL.folder}/kept", "/root/lost")

    bench.substrate.remove("host", east.name)
    bench.substrate.ensure(east, ignore)
    bench.address()

    assert bench.on(east, "ls", POOL.folder).split() == ["kept"]
    assert "lost" not in bench.on(east, "ls", "/root")
