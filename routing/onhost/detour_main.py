"""``python -m routing.onhost.detour_main HOST_FILE``: avoids links that are not as declared.

It refuses as well what this border was told to refuse. It runs on every border router. systemd
ends it if it hangs, and then ``detour_end`` uses all links.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from datetime import timedelta
from typing import Final

from access.this_host import ThisHost, this_host_of_arguments
from core.clock import Clock
from core.system_clock import SystemClock
from routing.avoidance import INTERVAL
from routing.onhost.console import BgpConsole, BgpRefusals
from routing.onhost.detour import Detour, DetourLink
from routing.onhost.line import EchoLine
from routing.onhost.refusing import FOLDER, RefusalRecord, Refusing

_TELLS_EVERY: Final = timedelta(seconds=2)
"""systemd waits five times as long for a word (``WatchdogSec``), and wakes up for each"""
_log = logging.getLogger("ndc-detour")


def detour_of(this_host: ThisHost) -> Detour:
    """Return what avoids links of ``this_host``."""
    network, me = this_host.network, this_host.host
    links = {
        far.address.ip: DetourLink(
            link.name, 2 * link.delay, EchoLine(near.address.ip, far.address.ip)
        )
        for link in network.links_of(me.name)
        if (near := link.end_at(me.name)) and (far := link.other_end(near))
    }
    return Detour(links, BgpConsole(network.site(me.site).asn))


def main() -> None:
    """Avoid and refuse until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    detour = detour_of(this_host_of_arguments("routing.onhost.detour_main"))
    clock = SystemClock()
    refusing = Refusing(RefusalRecord(FOLDER, clock), BgpRefusals())
    asyncio.run(_obey(detour, refusing, clock))


async def _obey(detour: Detour, refusing: Refusing, clock: Clock) -> None:
    tells_at = timedelta()
    while True:
        now = clock.elapsed()
        for sentence in (*await detour.look(now), *await refusing.look(now)):
            _log.info("%s", sentence)
        if now >= tells_at:
            _still_here()
            tells_at = now + _TELLS_EVERY
        rest = INTERVAL - (clock.elapsed() - now)
        await asyncio.sleep(max(0.0, rest.total_seconds()))


def _still_here() -> None:
    """Tell systemd, which waits for it; without systemd nobody does."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(b"WATCHDOG=1", address.replace("@", "\0", 1))


if __name__ == "__main__":
    main()
