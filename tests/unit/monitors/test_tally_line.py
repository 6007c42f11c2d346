"""Tallies are exchanged by real sockets, in a network of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from inventory.endpoints import TALLIES

pytestmark = pytest.mark.lab

_NETWORK = """
set -eu
ip link set lo up
ip address add 198.19.100.0/31 dev lo
ip tuntap add dark mode tap
ip address add 198.19.100.2/31 dev dark
ip link set dark up
cd /proc/sys/net/ipv4
echo 1 >conf/all/ignore_routes_with_linkdown
echo 1 >conf/dark/ignore_routes_with_linkdown
exec "$@"
"""
_BEGINNING = """
import itertools, json, socket
from datetime import timedelta
from ipaddress import IPv4Address
from access.clients.straight import StraightChannel
from inventory.endpoints import TALLIES
from monitors.readers.tally_line import TallyLine

NEAR, FAR, DARK, BEYOND = (IPv4Address(f"198.19.100.{last}") for last in range(4))
sessions = itertools.count(1)
moments = itertools.count(100)

def line(local, remote):
    return TallyLine(local, remote, lambda: next(sessions))

def exchange(lines, seconds):
    for _ in range(seconds):
        now = timedelta(seconds=next(moments))
        for each in lines:
            each.exchange(now)
    return [(known.outward, known.inward) for known in (each.losses(now) for each in lines)]

def tell(what):
    print(json.dumps(what))
"""


def _told(question: str) -> Any:
    asked = (sys.executable, "-c", _BEGINNING + question)
    mine = ("unshare", "--user", "--map-root-user", "--net")
    told = subprocess.run(
        [*mine, "sh", "-c", _NETWORK, "sh", *asked], stdout=subprocess.PIPE, check=True, timeout=30
    )
    return json.loads(told.stdout)


def test_two_ends_know_of_each_other_what_their_link_loses() -> None:
    told = _told("tell(exchange([line(NEAR, FAR), line(FAR, NEAR)], 20))")

    assert told == [[0, 0], [0, 0]]


def test_an_end_that_nobody_answers_knows_nothing_and_goes_on() -> None:
    told = _told("""
near, far = line(NEAR, FAR), line(FAR, NEAR)
alone = exchange([near], 20)
both = exchange([near, far], 20)
far.close()
tell([alone, both, exchange([near], 40)])
""")

    assert told == [[[None, None]], [[0, 0], [0, 0]], [[None, None]]]


def test_a_link_that_goes_dark_at_this_end_ends_nothing_and_is_not_known() -> None:
    told = _told("""
dark = line(DARK, BEYOND)
seen = exchange([dark], 20)
tell([seen, dark._tallies.next(timedelta(seconds=1000)).number])
""")

    assert told == [[[None, None]], 21]


def test_an_address_that_is_not_there_yet_is_tried_again() -> None:
    told = _told("""
import subprocess
absent = [line(IPv4Address("198.19.100.4"), IPv4Address("198.19.100.5"))]
absent.append(line(IPv4Address("198.19.100.5"), IPv4Address("198.19.100.4")))
before = exchange(absent, 20)
subprocess.run(["ip", "address", "add", "198.19.100.4/31", "dev", "lo"], check=True)
tell([before, exchange(absent, 20)])
""")

    assert told == [[[None, None]] * 2, [[0, 0]] * 2]


@pytest.mark.parametrize(
    ("sender", "port", "time_to_live", "is_taken"),
    [
        ("198.19.100.1", TALLIES, 255, True),
        ("198.19.100.1", TALLIES, 254, False),
        ("198.19.100.1", TALLIES + 1, 255, False),
        ("127.0.0.1", TALLIES, 255, False),
    ],
    ids=["the other end", "forwarded", "another program there", "somebody else"],
)
def test_only_what_the_other_end_sent_itself_is_taken(
    sender: str,
    port: int,
    time_to_live: int,
    is_taken: bool,  # noqa: FBT001 - a column
) -> None:
    told = _told(f"""
channel = StraightChannel(NEAR, FAR, TALLIES)
stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
stranger.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, {time_to_live})
stranger.bind(("{sender}", {port}))
stranger.sendto(b"packet", (str(NEAR), TALLIES))
tell(len([*channel.arrived()]))
""")

    assert told == int(is_taken)


def test_who_sends_without_end_keeps_nobody_for_longer_than_so_many_packets() -> None:
    told = _told("""
channel = StraightChannel(NEAR, FAR, TALLIES)
stranger = StraightChannel(FAR, NEAR, TALLIES)
stranger.send(b"packet")
taken = 0
for _ in channel.arrived():
    taken += 1
    stranger.send(b"packet")
tell(taken)
""")

    assert told == 512
