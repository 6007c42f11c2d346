"""What one host says of others, and how long it is up: text between it and the operator. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final, Self

from inventory.names import HostName
from inventory.network import Host

_BEGAN: Final = 19
"""place of its beginning among what the kernel tells of a process after its name"""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A host, and where it is looked for: at its loopback, which citizens' traffic passes."""

    host: HostName
    address: IPv4Address

    @classmethod
    def of(cls, host: Host) -> Self:
        """Return where to look for ``host``."""
        return cls(host.name, host.loopback)

    @classmethod
    def read(cls, word: str) -> Self:
        """Return the place that ``word`` names; ValueError if it names none."""
        host, _, address = word.partition("=")
        if not host:
            raise ValueError(f"no host: {word[:80]}")
        return cls(HostName(host), IPv4Address(address))

    def word(self) -> str:
        """Return this place as ``read`` understands it."""
        return f"{self.host}={self.address}"


def sight_text(answering: Collection[HostName]) -> str:
    """Return as one line of JSON that ``answering`` answered."""
    return json.dumps({"answering": sorted(answering)})


def read_sight(text: str, asked: Collection[HostName]) -> frozenset[HostName]:
    """Return which of ``asked`` answered, as ``text`` says; ValueError if it does not say that."""
    match json.loads(text):
        case {"answering": [*names]} if {*names} <= {*asked}:
            return frozenset(names)
        case other:
            raise ValueError(f"not who answers: {str(other)[:200]}")


def age_text(age: timedelta) -> str:
    """Return ``age`` of a host as one line of JSON."""
    return json.dumps({"up_seconds": age.total_seconds()})


def read_age(text: str) -> timedelta:
    """Return the age that ``text`` says; ValueError if it says none."""
    match json.loads(text):
        case {"up_seconds": float(seconds)} if 0 <= seconds < timedelta.max.total_seconds():
            return timedelta(seconds=seconds)
        case other:
            raise ValueError(f"no age of a host: {str(other)[:200]}")


def began(process: str, ticks_a_second: int) -> timedelta:
    """Return when a process began, since the machine's boot, by its ``stat`` in ``/proc``.

    Raises:
        ValueError: that does not tell.
    """
    fields = process.rpartition(")")[2].split()  # the name before may hold anything
    if len(fields) <= _BEGAN:
        raise ValueError(f"no process: {process[:80]}")
    return timedelta(seconds=int(fields[_BEGAN]) / ticks_a_second)
