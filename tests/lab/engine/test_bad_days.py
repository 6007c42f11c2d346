"""The real engine and the real provider, refused, killed, interrupted and lied to."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.errors import Rejected, Unreachable
from core.system_clock import SystemClock
from tests.lab.engine.world import (
    World,
    kill_clis,
    left_over,
    once,
    record_file,
    record_of,
    with_throwaway,
)

pytestmark = pytest.mark.lab

BOUND = timedelta(seconds=20)


def test_a_half_made_host_is_said_to_be_so_and_mended_by_the_next_up(world: World) -> None:
    world.substrate.spoil("host", world.host, "half-made")

    outcome = world.engine.up(world.network, world.seeds)
    world.substrate.spoil("host", world.host, "fair")
    mended = world.up()

    assert [failure.object for failure in outcome.failures] == [f"host/{world.host}"]
    assert isinstance(outcome.failures[0].error, Unreachable)
    assert outcome.failures[0].error.actual == "none within 30 s"
    assert mended == [(f"host/{world.host}", "ready")]


def test_one_host_that_is_refused_does_not_stop_the_others(world: World) -> None:
    world.substrate.spoil("host", world.host, "refusing")

    outcome = world.engine.up(world.network, world.seeds)

    assert [(f.object, type(f.error)) for f in outcome.failures] == [
        (f"host/{world.host}", Rejected)
    ]
    assert world.substrate.identities() == [
        thing for thing in world.declared if thing != f"host/{world.host}"
    ]


def test_what_cannot_be_seen_is_a_failure_and_not_an_absence(standing: World) -> None:
    standing.substrate.spoil("host", standing.host, "silent")

    with pytest.raises(Unreachable, match=f"host/{standing.host}"):
        standing.engine.preview(standing.network, standing.seeds)


@pytest.mark.parametrize("throwaway", [False, True])
def test_after_the_engine_was_killed_in_the_middle_the_next_up_completes(
    world: World,
    *,
    throwaway: bool,
) -> None:
    world = with_throwaway(world, throwaway=throwaway)
    world.substrate.spoil("host", world.host, "slow")

    kill = once(f"host/{world.host}", lambda: kill_clis(world))
    outcome = world.engine.up(world.network, world.seeds, kill)
    locks = list((world.settings.backend / ".pulumi/locks").rglob("*.json"))
    world.substrate.spoil("host", world.host, "fair")
    world.up()

    assert outcome.failures
    assert locks
    assert wait_until(SystemClock(), lambda: not left_over(world), what="an end", bound=BOUND)
    assert world.substrate.identities() == world.declared
    assert world.up() == []
    assert "pending_operations" not in record_of(world)


def test_an_interrupted_up_finishes_what_it_began_and_saves(world: World) -> None:
    world.substrate.spoil("host", world.host, "slow")

    interrupt = once(f"host/{world.host}", lambda: os.kill(os.getpid(), signal.SIGINT))
    outcome = world.engine.up(world.network, world.seeds, interrupt)
    left = world.up()

    assert "the run was interrupted" in [failure.error.what for failure in outcome.failures]
    assert f"host/{world.host}" in [change.object for change in outcome.changes]
    assert f"host/{world.host}" not in [thing for thing, _ in left]
    assert world.substrate.identities() == world.declared


def test_a_damaged_record_is_refused_with_a_way_out_and_nothing_is_touched(standing: World) -> None:
    record = record_file(standing)
    record.write_text(record.read_text()[:1000])
    before = standing.substrate.identities()

    with pytest.raises(Rejected) as refused:
        standing.engine.up(standing.network, standing.seeds).checked()
    source, target = refused.value.next_step.split(";")[0].split()[1:]
    Path(target).write_bytes(Path(source).read_bytes())

    assert standing.substrate.identities() == before
    assert str(record) in refused.value.actual
    assert standing.up() == []


def test_a_lock_of_another_machine_is_respected(standing: World) -> None:
    stack = record_file(standing).stem
    folder = standing.settings.backend / ".pulumi/locks/organization/ndc" / stack
    folder.mkdir(parents=True, exist_ok=True)
    lock = {
        "pid": 1,
        "username": "ha",
        "hostname": "elsewhere",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    (folder / "x.json").write_text(json.dumps(lock))

    with pytest.raises(Rejected, match="being changed by somebody else") as refused:
        standing.engine.up(standing.network, standing.seeds).checked()

    assert "ha@elsewhere (pid 1)" in refused.value.actual
    assert standing.engine.drift() == ()
    assert standing.engine.preview(standing.network, standing.seeds) == ()


def test_a_wrong_passphrase_is_named(standing: World) -> None:
    standing.settings.passphrase.write_text("wrong")

    with pytest.raises(Rejected) as refused:
        standing.engine.up(standing.network, standing.seeds).checked()

    assert "passphrase" in refused.value.expected + refused.value.actual + refused.value.what
