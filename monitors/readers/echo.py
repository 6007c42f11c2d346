"""Round trips over a link, from the link's own address."""

from __future__ import annotations

import asyncio
import re
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address

from ndc.kernel.errors import Unreachable

_COUNTS = re.compile(r"(\d+) packets transmitted, (\d+) received")
_SHORTEST = re.compile(r"= ([\d.]+)/")


@dataclass(frozen=True, slots=True)
class EchoReading:
    """What came back of a few echoes."""

    sent: int
    received: int
    shortest: timedelta | None
    """None: nothing came back"""


async def echoes(
    local: IPv4Address, remote: IPv4Address, *, count: int = 3, deadline: timedelta
) -> EchoReading:
    """Return what came back of ``count`` echoes from ``local`` to ``remote``.

    Raises:
        Unreachable: they could not be sent; nothing is known of the link.
    """
    command = ["ping", "-n", "-q", "-c", str(count), "-i", "0.2", "-W", "1", "-I", str(local)]
    process = await asyncio.create_subprocess_exec(
        *command, str(remote), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            answer, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return parsed(answer.decode())


def parsed(text: str) -> EchoReading:
    """Return what ``ping -q`` said.

    Raises:
        Unreachable: it said nothing of packets.
    """
    counts = _COUNTS.search(text)
    if counts is None or counts[1] == "0":
        raise Unreachable(
            "echoes could not be sent",
            expected="packets transmitted",
            actual=text.strip()[:80] or "nothing",
            next_step="look at the interface: ip address",
        )
    shortest = _SHORTEST.search(text)
    return EchoReading(
        int(counts[1]),
        int(counts[2]),
        timedelta(milliseconds=float(shortest[1])) if shortest else None,
    )
