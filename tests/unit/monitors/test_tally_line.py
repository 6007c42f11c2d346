"""Tallies are exchanged by real sockets, in a network of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from inventory.endpoints import TALLIES
from tests.networks import network

pytestmark = pytest.mark.lab

_NETWORK = """
set -eu
ip link set lo up
ip address add 198.19.100.0/31 dev lo
ip tuntap add dark mode tap
ip address add 198.19.200.0/31 dev dark
ip link set dark up
cd /proc/sys/net/ipv4
echo 1 >conf/all/ignore_routes_with_linkdown
echo 1 >conf/dark/ignore_routes_with_linkdown
echo 0 0 >ping_group_range
"""
_BEGINNING = """
import itertools, json, socket
from datetime import timedelta
from ipaddress import IPv4Address
from access.clients.straight import StraightChannel
from inventory.endpoints import TALLIES
from monitors.readers.tally_line import TallyLine

NEAR, FAR = IPv4Address("198.19.100.0"), IPv4Address("198.19.100.1")
DARK, BEYOND = IPv4Address("198.19.200.0"), IPv4Address("198.19.200.1")
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


def _told(question: str, *setting: str) -> Any:
    asked = (sys.executable, "-c", _BEGINNING + question)
    script = "\n".join((_NETWORK, *setting, 'exec "$@"'))
    mine = ("unshare", "--user", "--map-root-user", "--net", "sh", "-c", script, "sh")
    told = subprocess.run([*mine, *asked], stdout=subprocess.PIPE, check=True, timeout=90)
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


def test_no_other_way_is_taken() -> None:
    told = _told(
        """
def crossed():
    return [line.split()[10] for line in open("/proc/net/dev") if line.split()[0] == "lo:"]

before = crossed()
exchange([line(DARK, BEYOND)], 20)
tell([before, crossed()])
""",
        "ip route add 198.19.200.1/32 via 198.19.100.1 dev lo",
    )

    assert told[0] == told[1]


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


_BOTH = """
import asyncio
from dataclasses import replace
from access.this_host import ThisHost
from monitors.onhost.watches import watches
from tests.networks import network

async def pages(of, link):
    ends = [ThisHost(of, of.host(end.host)) for end in (link.a, link.z)]
    async with watches(ends[0]) as near, watches(ends[1]) as far:
        links = [watch for watch in (*near, *far) if watch.name == "links"]
        for _ in range(10):
            families = await asyncio.gather(*(watch.collect() for watch in links))
    return [[sample for one in page for sample in one.samples] for page in families]

link = network("tiny").links[0]
told = asyncio.run(pages(replace(network("tiny"), links=(link,)), link))
tell([{f"{s.name} {s.labels.get('source', '')}": s.value for s in page} for page in told])
"""


def test_the_exporters_at_both_ends_tell_which_way_loses_and_echoes_do_not() -> None:
    """Every fourth tally is dropped as it comes to the far end, and nothing else."""
    link = network("tiny").links[0]
    told = _told(
        _BOTH,
        f"ip address add {link.a.address} dev lo",
        "nft add table ip lossy",
        "nft add chain ip lossy input '{ type filter hook input priority 0 ; }'",
        f"nft add rule ip lossy input ip daddr {link.z.address.ip} udp dport {TALLIES}"
        " numgen inc mod 4 0 drop",
    )

    assert len(told) == 2
    for page in told:
        assert page["ndc_link_loss_ratio "] == 0
        assert page[f"ndc_link_one_way_loss_ratio {link.a.site}"] == pytest.approx(0.25, abs=0.1)
        assert page[f"ndc_link_one_way_loss_ratio {link.z.site}"] == 0
