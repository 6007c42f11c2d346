"""Echoes are sent and counted by real sockets, in a network of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

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
"""
_ALLOWED = "echo 0 0 >ping_group_range\n"
_DEAF = "echo 1 >icmp_echo_ignore_all\n"
_ASK = """
import asyncio, json, sys
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from monitors.readers.echo import echoes
from core.errors import NotSeen

local, remote = map(IPv4Address, sys.argv[1:3])
deaf_after_seconds = float(sys.argv[3])
deaf = Path("/proc/sys/net/ipv4/icmp_echo_ignore_all")

async def ask():
    asyncio.get_running_loop().call_later(deaf_after_seconds, deaf.write_text, "1")
    return await echoes(local, remote, deadline=timedelta(seconds=0.8))

try:
    seen = asyncio.run(ask())
except NotSeen as error:
    print(json.dumps(error.actual))
else:
    seconds = seen.shortest and seen.shortest.total_seconds()
    print(json.dumps([seen.sent, seen.received, seconds]))
"""


def _told(local: str, remote: str, *setting: str, deaf_after_seconds: float = 60) -> Any:
    """Return [sent, received, shortest] or why they could not be sent."""
    question = (sys.executable, "-c", _ASK, local, remote, str(deaf_after_seconds))
    script = "".join((_NETWORK, *setting, 'exec "$@"'))
    mine = ("unshare", "--user", "--map-root-user", "--net")
    told = subprocess.run(
        [*mine, "sh", "-c", script, "sh", *question],
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
    )
    return json.loads(told.stdout)


def test_what_comes_back_is_counted_and_the_kernel_says_when() -> None:
    sent, received, shortest = _told("198.19.100.0", "198.19.100.1", _ALLOWED)

    assert (sent, received) == (3, 3)
    assert 0 < shortest < 0.1


def test_what_does_not_come_back_by_the_deadline_is_lost() -> None:
    assert _told("127.0.0.1", "127.0.0.1", _ALLOWED, _DEAF) == [3, 0, None]


def test_what_came_back_before_the_loss_counts() -> None:
    sent, received, shortest = _told("127.0.0.1", "127.0.0.1", _ALLOWED, deaf_after_seconds=0.3)

    assert (sent, received) == (3, 2)
    assert 0 < shortest < 0.1


def test_a_link_that_is_dark_at_this_end_has_lost_everything() -> None:
    assert _told("198.19.100.2", "198.19.100.3", _ALLOWED) == [3, 0, None]


def test_no_other_way_is_taken() -> None:
    beyond = "ip route add 198.19.200.0/24 via 198.19.100.1 dev lo\n"

    assert _told("198.19.100.0", "198.19.200.1", _ALLOWED, beyond) == [3, 0, None]


@pytest.mark.parametrize(
    ("local", "setting", "why"),
    [
        ("198.19.100.4", _ALLOWED, "Cannot assign requested address"),
        ("127.0.0.1", "", "Permission denied"),
    ],
    ids=["no such address", "not allowed"],
)
def test_what_could_not_be_sent_says_nothing_of_the_link(
    local: str, setting: str, why: str
) -> None:
    assert why in _told(local, "127.0.0.1", setting)
