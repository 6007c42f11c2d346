"""A store's address is at one host at most, and goes with whoever is not heard; a service's stays.

The kernels of all hosts that may have it are listened to from outside, so nothing that is done to
a host hides what it announces.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from access.secrets import Secrets
from core.clock import wait_until
from core.errors import WorldError
from dr.hosts.epochs import LENT
from dr.live.doors import quorum
from inventory.etcd import ROOT
from inventory.names import HostName
from inventory.network import Network
from ndc.settings import paths_of
from ndc.wiring import environment
from ndc.wiring.running_network import running
from tests.lab.lent import WrittenStore, listened
from tests.lab.recovery import CLOCK, SLOW, held
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

AGENT: Final = "ndc-agent.service"
LATE: Final = timedelta(seconds=2)
"""which a kernel and a listener may take on a machine that does other things"""
LONG: Final = LENT + timedelta(seconds=10)
"""after which an address that is not renewed is gone"""
OUTAGE: Final = timedelta(minutes=5)
STALL: Final = timedelta(seconds=30)


def test_an_agent_that_is_killed_and_starts_again_loses_no_address(lab: Terminal) -> None:
    store = WrittenStore.seen(lab)

    with store.listened(lab) as address:
        killed = lab.on(store.source, "systemctl", "kill", "--signal=KILL", AGENT)
        CLOCK.sleep(LONG)

        assert killed.code == 0, killed.stderr
        assert (address.holders(), address.went()) == ({store.source}, 0)
    started = lab.on(store.source, "systemctl", "show", "-P", "NRestarts", AGENT)
    assert int(started.stdout) >= 1


def _stop_agent(lab: Terminal, host: str) -> Callable[[], Any]:
    lab.on(host, "systemctl", "kill", "--signal=STOP", AGENT)
    return lambda: lab.on(host, "systemctl", "kill", "--signal=CONT", AGENT)


def _freeze(lab: Terminal, host: str) -> Callable[[], Any]:
    lab.done("lab", "freeze", host)
    return lambda: lab.done("lab", "thaw", host)


@pytest.mark.parametrize("stands_still", [_stop_agent, _freeze], ids=["the agent", "the host"])
def test_an_address_goes_with_its_time_from_who_stands_still_and_nobody_else_has_it(
    lab: Terminal, stands_still: Callable[[Terminal, str], Callable[[], Any]]
) -> None:
    store = WrittenStore.seen(lab)

    with held(lab), store.listened(lab) as address:
        go_on = stands_still(lab, store.source)
        try:
            took = address.awaited(bound=2 * LENT)
            CLOCK.sleep(LONG - took)
        finally:
            go_on()
        back = address.awaited(store.source, bound=SLOW)

        assert took <= LENT + LATE
        assert (address.most_at_once(), address.went()) == (1, 1)
    print(f"gone after {took.total_seconds():.1f} s, back {back.total_seconds():.1f} s after")  # noqa: T201 - figures
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def test_all_votes_are_gone_for_five_minutes_and_services_stay_and_stores_come_back(
    lab: Terminal,
) -> None:
    store = WrittenStore.seen(lab)
    status = lab.done("status", "--json").value
    voters = [voter["host"] for voter in status["quorum"]["voters"]]
    with held(lab), store.listened(lab) as address, ExitStack() as listening:
        services = [
            listening.enter_context(listened(lab, service["address"], service["hosts"]))
            for service in status["services"]
        ]
        before = [service.holders() for service in services]

        _everywhere(lab, voters, "stop")
        try:
            took = address.awaited(bound=2 * LENT)
            CLOCK.sleep(OUTAGE - took)
            during = [service.holders() for service in services]
        finally:
            _everywhere(lab, voters, "start")
        back = address.awaited(store.source, bound=SLOW)

        assert all(before)
        assert during == before
        assert [service.went() for service in services] == [0] * len(services)
        assert (address.most_at_once(), address.went()) == (1, 1)
    print(f"gone after {took.total_seconds():.1f} s, back {back.total_seconds():.1f} s after")  # noqa: T201 - figures
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def _everywhere(lab: Terminal, hosts: list[str], verb: str) -> None:
    """Have etcd stopped or started at all ``hosts`` at once: one alone waits for the others."""
    commands = [lab.begun("ssh", host, "--", "systemctl", verb, "etcd.service") for host in hosts]
    said = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0] * len(hosts), said


def test_the_disk_of_etcds_leader_hangs_and_each_address_stays_at_its_one_host(
    lab: Terminal,
) -> None:
    network = running(environment.opened(lab.environment), print)
    with held(lab):
        lab.done("lab", "kill", *network.voters)
        lab.done("lab", "start", *network.voters, "--own-disk", bound_seconds=600)
    store = WrittenStore.seen(lab)
    leader = _leader(lab, network)
    others = replace(network, voters=tuple(one for one in network.voters if one != leader))
    assert leader is not None
    disk = _disk_of(leader)

    with held(lab), store.listened(lab) as address:
        subprocess.run(["fsfreeze", "--freeze", disk], check=True)
        try:
            began = CLOCK.elapsed()
            wait_until(
                CLOCK,
                lambda: _leader(lab, others) not in {None, leader},
                what="another leader",
                bound=STALL,
            )
            took = CLOCK.elapsed() - began
            CLOCK.sleep(STALL - took)
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", disk], check=True)
        CLOCK.sleep(LONG)

        assert address.most_at_once() == 1
        if store.source != leader:  # an agent that cannot write its word down lends nothing
            assert (address.holders(), address.went()) == ({store.source}, 0)
    print(f"{leader} hung, another led etcd after {took.total_seconds():.1f} s")  # noqa: T201 - a figure
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def _leader(lab: Terminal, network: Network) -> HostName | None:
    """Return who leads etcd, as the voters of ``network`` say; None: none of them can."""
    try:
        with quorum(network, Secrets(paths_of(lab.environment).secrets), ROOT) as etcd:
            members = etcd.ask("cluster/member/list", {}, repeatable=True)["members"]
            leader = etcd.ask("maintenance/status", {}, repeatable=True).get("leader")
    except WorldError:
        return None
    return next((HostName(one["name"]) for one in members if one["ID"] == leader), None)


def _disk_of(host: HostName) -> Path:
    """Return where the machine mounts the own disk of ``host``."""
    mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    return next(
        path
        for path in (Path(line.split(" ")[1]) for line in mounts)
        if path.parts[-2:] == (host, "disk")
    )
