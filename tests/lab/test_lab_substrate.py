"""The lab's daemon with two hosts and one link, without the engine above it.

An environment of its own, made once for all tests here; what a test breaks, it mends.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from access.secrets import Secrets
from core.clock import wait_until
from core.errors import NotSeen, Rejected
from inventory.names import SegmentName
from lab.client import ignore
from stacks.resources import Spec
from stacks.substrates.port import Power
from tests.lab.labd_bench import CLOCK, ENVIRONMENT, HANG, LINK, POOL, SEGMENTS, Bench, standing
from tests.lab.leftovers import Leftovers

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with standing() as bench:
        yield bench


def test_what_was_made_is_what_is_seen(bench: Bench) -> None:
    assert [bench.substrate.look(spec.kind, spec.name) for spec in bench.specs] == [*bench.specs]


def test_a_host_is_whole_and_has_no_right_to_the_clock_or_to_modules(bench: Bench) -> None:
    east = bench.hosts[0]

    assert bench.on(east, "hostname").strip() == east.name
    assert bench.on(east, "systemctl", "is-system-running", "--wait").strip() == "running"
    bounding = int(bench.on(east, "grep", "CapBnd", "/proc/1/status").split()[1], 16)
    assert not bounding & (1 << 25 | 1 << 16)
    assert "btrfs" in bench.on(east, "findmnt", "-no", "FSTYPE", POOL.folder)


def test_to_make_it_again_changes_nothing(bench: Bench) -> None:
    before = [host.boot_id for host in bench.labd.status().hosts]

    for spec in bench.specs:
        bench.substrate.ensure(spec, ignore)

    assert [host.boot_id for host in bench.labd.status().hosts] == before


def test_no_packet_is_faster_than_light_is_declared_to_be(bench: Bench) -> None:
    fastest = bench.fastest_ms()

    assert fastest is not None
    assert fastest >= 6.0


def test_a_cut_takes_the_carrier_and_a_silence_does_not(bench: Bench) -> None:
    east = bench.hosts[0]
    bench.labd.cut(LINK.name)
    cut = bench.on(east, "ip", "-br", "link", "show", "link1"), bench.fastest_ms(3)
    bench.labd.heal(LINK.name)
    bench.await_link()
    bench.labd.silence(LINK.name, towards="west-node")
    silent = bench.on(east, "ip", "-br", "link", "show", "link1"), bench.fastest_ms(3)
    bench.labd.heal(LINK.name)
    bench.await_link()

    assert "NO-CARRIER" in cut[0]
    assert "LOWER_UP" in silent[0]
    assert cut[1] is silent[1] is None


def test_a_slow_link_is_as_slow_as_asked(bench: Bench) -> None:
    bench.labd.slow(LINK.name, 40_000, towards="west-node")
    fastest = bench.fastest_ms(20)
    bench.labd.heal(LINK.name)

    assert fastest is not None
    assert fastest >= 40.0


def test_links_go_on_without_their_daemon_and_the_next_one_adopts_the_hosts(bench: Bench) -> None:
    before = bench.labd.status()

    os.kill(before.pid, signal.SIGKILL)
    crossed = bench.fastest_ms(20)
    after = bench.labd.status(start=True)

    assert crossed is not None
    assert after.pid != before.pid
    assert [host.boot_id for host in after.hosts] == [host.boot_id for host in before.hosts]


def test_a_dead_relay_is_replaced_and_no_address_is_lost(bench: Bench) -> None:
    bench.labd.status(start=True)
    bench.labd.slow(LINK.name, 20_000)
    relay = bench.relay_pid()

    os.kill(relay, signal.SIGKILL)
    bench.await_link()
    fastest = bench.fastest_ms(10)
    bench.labd.heal(LINK.name)

    assert bench.relay_pid() != relay
    assert fastest is not None
    assert fastest >= 20.0


def test_a_host_without_power_is_off_and_comes_back_with_its_files(bench: Bench) -> None:
    west = bench.hosts[1]
    bench.on(west, "touch", "/root/kept")
    bench.on(west, "ip", "addr", "add", "198.19.255.10/32", "dev", "lo")

    bench.labd.power_off([west.name])
    state, crossed, seen = (
        bench.host(west.name).state,
        bench.fastest_ms(3),
        bench.substrate.look("host", west.name),
    )
    bench.labd.power_on([west.name])
    bench.address()
    bench.await_link()

    assert (state, crossed) == ("off", None)
    assert seen == replace(west, segment=SegmentName(""))
    assert "/root/kept" in bench.on(west, "ls", "/root/kept")
    assert "198.19.255.10" not in bench.on(west, "ip", "addr", "show", "dev", "lo")


def test_a_controller_takes_the_power_of_a_host_in_the_life_in_which_it_was_seen(
    bench: Bench,
) -> None:
    west, door = bench.hosts[1].name, bench.door()
    first = door.state(west)
    with pytest.raises(Rejected, match="no useful answer"):
        bench.door(Secrets(bench.paths.secrets).host_certificate(bench.hosts[0].name)).off(
            west, first.life
        )
    door.off(west, first.life)
    off = door.state(west)
    state = bench.host(west).state
    bench.labd.power_on([west])
    bench.address()
    bench.labd.stop()
    bench.await_port()
    second = door.state(west)
    with pytest.raises(Rejected, match="another life"):
        door.off(west, first.life)
    bench.labd.cut("power-port")
    with pytest.raises(NotSeen) as silent:
        door.state(west)
    bench.labd.heal("power-port")

    assert (first.on, off.on, state, second.on) == (True, False, Power.OFF, True)
    assert first.life == off.life != second.life
    assert not silent.value.refused
    assert bench.host(west).state is Power.RUNNING


def test_a_frozen_host_says_nothing_and_goes_on_where_it_was(bench: Bench) -> None:
    west = bench.hosts[1]
    boot = bench.host(west.name).boot_id

    bench.labd.freeze(west.name)
    state = bench.host(west.name).state
    with pytest.raises(Rejected, match="is frozen"):
        bench.substrate.ensure(west, ignore)
    bench.labd.thaw(west.name)

    assert state == "frozen"
    assert (bench.host(west.name).state, bench.host(west.name).boot_id) == (Power.RUNNING, boot)


def test_a_host_that_died_is_seen_off_and_made_true_again(bench: Bench) -> None:
    west = bench.hosts[1]
    bench.on(west, "systemctl", "poweroff")
    wait_until(
        CLOCK,
        lambda: bench.host(west.name).state is Power.OFF,
        what="the host's end",
        bound=HANG,
    )

    bench.substrate.ensure(west, ignore)
    bench.address()

    assert bench.substrate.look("host", west.name) == west


def test_a_host_whose_supervisor_was_killed_is_adrift_and_is_started_anew(bench: Bench) -> None:
    west = bench.hosts[1]
    boot = bench.host(west.name).boot_id
    first = bench.host(west.name).pid
    assert first is not None
    status = Path(f"/proc/{first}/status").read_text("utf-8")
    (supervisor,) = re.findall(r"^PPid:\t(\d+)$", status, re.MULTILINE)

    os.kill(int(supervisor), signal.SIGKILL)
    wait_until(
        CLOCK,
        lambda: bench.host(west.name).state is Power.ADRIFT,
        what="the host to be adrift",
        bound=HANG,
    )
    seen = bench.substrate.look("host", west.name)
    said: list[str] = []
    bench.labd.power_on([west.name], said.append)
    bench.address()
    bench.await_link()

    assert seen == replace(west, segment=SegmentName(""))
    assert f"{west.name}: its supervisor is gone; ending what is left of it" in said
    assert bench.host(west.name).state is Power.RUNNING
    assert bench.host(west.name).boot_id != boot


def test_a_host_may_reboot_by_itself(bench: Bench) -> None:
    west = bench.hosts[1]
    boot = bench.host(west.name).boot_id

    bench.on(west, "systemctl", "reboot")

    wait_until(
        CLOCK,
        lambda: bench.host(west.name).boot_id not in {boot, None},
        what="another boot",
        bound=HANG,
    )


def test_what_can_change_in_place_does(bench: Bench) -> None:
    grown = replace(POOL, size_bytes=2**29)
    wide = replace(LINK, mtu_bytes=9000)

    bench.substrate.ensure(grown, ignore)
    bench.substrate.ensure(wide, ignore)

    assert bench.substrate.look("pool", grown.name) == grown
    assert bench.substrate.look("link", LINK.name) == wide
    assert " 512M" in bench.on(bench.hosts[0], "df", "-h", POOL.folder)
    with pytest.raises(Rejected, match="cannot shrink"):
        bench.substrate.ensure(POOL, ignore)
    bench.substrate.ensure(LINK, ignore)


def test_what_cannot_change_in_place_is_refused(bench: Bench) -> None:
    with pytest.raises(Rejected) as refused:
        bench.substrate.ensure(replace(bench.hosts[1], image="0123"), ignore)

    assert "in place" in refused.value.what


def test_a_second_daemon_is_refused(bench: Bench) -> None:
    bench.labd.status(start=True)

    second = subprocess.run(
        [sys.executable, "-P", "-m", "ndc.daemons.labd", ENVIRONMENT],
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 6
    assert "another ndc-labd owns environment" in second.stderr


def test_after_everything_was_killed_all_of_it_is_made_true_again(bench: Bench) -> None:
    status = bench.labd.status(start=True)
    for pid in (status.pid, bench.relay_pid(), *(host.pid for host in status.hosts)):
        os.kill(pid or 0, signal.SIGKILL)

    grown = replace(POOL, size_bytes=2**29)
    wanted: tuple[Spec, ...] = (*SEGMENTS, grown, LINK, *bench.hosts)
    for spec in wanted:
        bench.substrate.ensure(spec, ignore)
    bench.address()

    bench.await_link()
    assert {host.state for host in bench.labd.status().hosts} == {Power.RUNNING}


def test_nothing_is_left_after_destroy(bench: Bench) -> None:
    bench.labd.destroy()

    left = Leftovers.seen().more_than(bench.before)
    # another environment may live beside this one
    ours = re.compile(rf"\bndc{bench.number}(\b|m\d*\b)|{ENVIRONMENT}|198[.]18[.]{bench.number}[.]")
    assert [name for names in left.values() for name in names if ours.search(name)] == []
    assert not bench.paths.lab.exists()
