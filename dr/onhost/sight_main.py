"""``ndc-sight``: say which hosts answer this one where citizens' traffic passes, or its own age.

    python -I -m dr.onhost.sight_main sees OWN-ADDRESS PORT HOST=ADDRESS…
    python -I -m dr.onhost.sight_main up

Run over SSH by recovery, at a monitor, which the others' firewalls admit to ``PORT``. A host
answers when a program there proves by TLS to be that host: its kernel takes connections as long
as it has power, also when all its programs stand still. Prints one line of JSON
(``dr.watch.sight``); nothing, and exit code 1, where this host cannot look.
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from core import host_paths
from core.system_clock import SystemClock
from dr.watch.sight import Whereabouts, age_text, began, sight_text
from inventory.names import HostName

_PROCESSES: Final = Path("/proc")
_BEGIN_SECONDS: Final = (0.0, 0.4)
"""when a host is tried: once more a little later, since one lost packet is nobody's death"""
_EACH_SECONDS: Final = 1.0
_WHATEVER_THE_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME. Nobody is dead because a certificate ended, or a clock is wrong."""
OUR_OWN: Final = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
)
"""failures that say nothing of whom we look at"""


@dataclass(frozen=True, slots=True)
class Observer:
    """A host that looks: from which address, at which port, whom it trusts and what it shows."""

    own: IPv4Address
    port: int
    tls: ssl.SSLContext

    async def answering(self, places: Sequence[Whereabouts]) -> frozenset[HostName]:
        """Return which of ``places`` answer; all are asked at once.

        Raises:
            OSError: this host cannot look.
        """
        return await those_who_answer(places, self._answers)

    async def _answers(self, place: Whereabouts) -> bool:
        tries = [asyncio.ensure_future(self._answers_after(s, place)) for s in _BEGIN_SECONDS]
        try:
            for one in asyncio.as_completed(tries):
                if await one:
                    return True
        finally:
            for one in tries:
                one.cancel()
        return False

    async def _answers_after(self, seconds: float, place: Whereabouts) -> bool:
        await asyncio.sleep(seconds)
        try:
            async with asyncio.timeout(_EACH_SECONDS):
                _, writer = await asyncio.open_connection(
                    str(place.address),
                    self.port,
                    ssl=self.tls,
                    server_hostname=place.host,
                    local_addr=(str(self.own), 0),
                )
        except OSError as error:
            if error.errno in OUR_OWN:
                raise
            return False
        writer.close()
        return True


async def those_who_answer(
    places: Sequence[Whereabouts], answers: Callable[[Whereabouts], Awaitable[bool]]
) -> frozenset[HostName]:
    """Return the hosts of ``places`` that answer; all are asked at once, and may raise OSError."""
    looks = await asyncio.gather(*map(answers, places))
    return frozenset(place.host for place, is_so in zip(places, looks, strict=True) if is_so)


def tls_of(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return how to know any host of the environment, whatever the time is.

    They speak TLS 1.3, by which they have proved themselves before they see ``certificate``. It is
    shown so that they have nothing to complain of.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_verify_locations(authority)
    tls.load_cert_chain(certificate, key)
    tls.verify_flags |= _WHATEVER_THE_TIME
    return tls


def age(processes: Path, now: timedelta) -> timedelta:
    """Return how long the first of ``processes`` runs, which in a container is the host's age.

    ``now`` is the time since the machine's boot.

    Raises:
        OSError, ValueError: it does not tell.
    """
    first = (processes / "1" / "stat").read_text("utf-8", "replace")
    return max(now - began(first, os.sysconf("SC_CLK_TCK")), timedelta())


def main() -> None:
    """Print what the words in argv ask for."""
    try:
        sys.stdout.write(_said(sys.argv[1:]) + "\n")
    except (OSError, ValueError) as error:
        sys.exit(f"this host cannot tell: {error}")


def _said(words: Sequence[str]) -> str:
    match words:
        case ["up"]:
            return age_text(age(_PROCESSES, SystemClock().elapsed()))
        case ["sees", own, port, *places]:
            tls = tls_of(
                Path(host_paths.AUTHORITY), Path(host_paths.CERTIFICATE), Path(host_paths.KEY)
            )
            observer = Observer(IPv4Address(own), int(port), tls)
            return sight_text(asyncio.run(observer.answering([*map(Whereabouts.read, places)])))
        case _:
            raise ValueError(f"no question: {' '.join(words)[:80]}")


if __name__ == "__main__":
    main()
