"""Who is waited for, and for how long, when routers are taken over."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from access.clients import ssh
from core.errors import Rejected, Unreachable, WorldError
from dr.simulation.timeline import Timeline
from inventory.names import HostName
from routing.routers.takeover import take_over, take_over_all

HOSTS = [HostName(name) for name in ("ndc01-edge", "ndc02-edge", "ndc03-edge")]
HOST = HOSTS[0]


@dataclass
class Routers:
    """Routers of which some do not obey, each for a reason of its own."""

    clock: Timeline
    reasons: dict[HostName, WorldError] = field(default_factory=dict)
    mute: set[HostName] = field(default_factory=set)
    """hosts that let nobody in"""
    revives_after: timedelta | None = None
    done: set[HostName] = field(default_factory=set)

    def converge(self, host: HostName) -> list[str]:
        revived = self.revives_after is not None and self.clock.elapsed() >= self.revives_after
        if host in self.reasons and not revived:
            self.clock.sleep(timedelta(seconds=5))
            raise self.reasons[host]
        return []

    def hand_over(self, host: HostName) -> None:
        self.done.add(host)

    def lets_us_in(self, host: HostName) -> bool:
        return host not in self.mute


@pytest.fixture
def routers() -> Routers:
    return Routers(Timeline())


def _deaf() -> Unreachable:
    return Unreachable("the router does not answer", actual="no banner", next_step="ndc status")


def test_a_frozen_host_is_told_of_in_seconds_and_the_others_are_done(routers: Routers) -> None:
    routers.reasons, routers.mute = {HOST: _deaf()}, {HOST}

    with pytest.raises(Unreachable) as raised:
        take_over_all(routers, routers.clock, HOSTS)

    assert raised.value.lines() == [
        "     what  the routers on ndc01-edge could not be taken over; done: 2",
        " expected  hosts that answer SSH",
        "   actual  nobody is let in on ndc01-edge: silent for 22 s",
        "next step  ndc status tells about ndc01-edge; when it answers, run the command again",
    ]
    assert routers.done == set(HOSTS[1:])
    assert routers.clock.elapsed() < timedelta(seconds=30)


def test_a_router_that_died_is_waited_for_while_its_host_answers(routers: Routers) -> None:
    routers.reasons = {HOST: _deaf()}
    routers.revives_after = timedelta(seconds=60)

    take_over(routers, routers.clock, HOST)

    assert routers.done == {HOST}


def test_a_router_that_does_not_come_back_is_not_waited_for_without_end(routers: Routers) -> None:
    routers.reasons = {HOST: _deaf()}

    with pytest.raises(Unreachable, match="though its host does") as raised:
        take_over(routers, routers.clock, HOST)

    assert raised.value.next_step.startswith(f"ndc ssh {HOST} -- systemctl restart frr")
    assert routers.clock.elapsed() < timedelta(seconds=100)


def test_all_that_fail_are_named_and_who_may_have_obeyed_counts_most(routers: Routers) -> None:
    no = Rejected("it refused a command", actual="% Unknown command")
    routers.reasons, routers.mute = {HOSTS[0]: no, HOSTS[2]: _deaf()}, {HOSTS[2]}

    with pytest.raises(Unreachable, match="on ndc01-edge, ndc03-edge could not be"):
        take_over_all(routers, routers.clock, HOSTS)


def test_where_every_router_said_no_nothing_is_in_doubt(routers: Routers) -> None:
    routers.reasons = {HOST: Rejected("it refused a command", actual="% Unknown command")}

    with pytest.raises(Rejected, match="done: 2"):
        take_over_all(routers, routers.clock, HOSTS)


def test_what_the_threads_of_ssh_meet_is_not_printed() -> None:
    code = (
        f"import {ssh.__name__}, logging; "
        "logging.getLogger('paramiko.transport').error('Traceback')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert logging.lastResort is not None  # without a handler it would print
    assert done.stderr == ""
