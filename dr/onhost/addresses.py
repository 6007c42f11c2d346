"""Service addresses of a host: on ``lo`` they are announced by its router, elsewhere not."""

from __future__ import annotations

import json
import subprocess
from ipaddress import IPv4Address
from typing import Protocol

from typing_extensions import override

from core.errors import Rejected, Unreachable
from core.surroundings import surroundings

_BOUND_SECONDS = 5


class Addresses(Protocol):
    """The addresses on ``lo``. Each call is true when it returns, also the second time."""

    def present(self) -> frozenset[IPv4Address]:
        """Return every address that is there."""

    def add(self, address: IPv4Address) -> None:
        """Make ``address`` be there, for good."""

    def remove(self, address: IPv4Address) -> None:
        """Make ``address`` not be there."""


class Loopback(Addresses):
    """The real ones, through iproute2."""

    @override
    def present(self) -> frozenset[IPv4Address]:
        interfaces = json.loads(_ip("-j", "-4", "address", "show", "dev", "lo") or "[]")
        return frozenset(
            IPv4Address(address["local"])
            for interface in interfaces
            for address in interface.get("addr_info", [])
        )

    @override
    def add(self, address: IPv4Address) -> None:
        _ip("address", "replace", f"{address}/32", "dev", "lo")

    @override
    def remove(self, address: IPv4Address) -> None:
        if address in self.present():
            _ip("address", "del", f"{address}/32", "dev", "lo")


class MemoryAddresses(Addresses):
    """Addresses of no host, for rehearsal."""

    def __init__(self) -> None:
        self._addresses: set[IPv4Address] = set()

    @override
    def present(self) -> frozenset[IPv4Address]:
        return frozenset(self._addresses)

    @override
    def add(self, address: IPv4Address) -> None:
        self._addresses.add(address)

    @override
    def remove(self, address: IPv4Address) -> None:
        self._addresses.discard(address)


def _ip(*words: str) -> str:
    try:
        done = subprocess.run(
            ["ip", *words],
            env=surroundings(),
            capture_output=True,
            encoding="utf-8",
            timeout=_BOUND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(
            "ip does not end", actual=" ".join(words), next_step="look at the addresses of lo"
        ) from error
    except OSError as error:
        raise Rejected("ip cannot be started", actual=str(error)) from error
    if done.returncode:
        raise Rejected(
            f"ip {' '.join(words)} failed", expected="exit 0", actual=done.stderr.strip()
        )
    return done.stdout
