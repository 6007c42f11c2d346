"""Where datasets of files lie, and what is promised of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address

from core.host_paths import HostPath
from inventory.names import HostName, PartyName, PoolName, SiteName, StoreName


class DataClass(StrEnum):
    """Who may read a store; its owner always may, and alone writes."""

    OPEN = "open"
    """everybody, and nobody is asked who he is"""
    SHARED = "shared"
    """the parties that it names, of which there are some"""
    SPECIALISED = "specialised"
    """nobody else, unless it names one"""


def party_subject(party: PartyName) -> str:
    """Return what a certificate calls ``party``: no host and no program can be called so."""
    return f"party:{party}"


@dataclass(frozen=True, slots=True)
class Pool:
    """A storage pool: a file system on a device of one host, in which stores lie."""

    name: PoolName
    """the host's, and the one that the profile gives to it"""
    host: HostName
    folder: HostPath
    """where the host has it"""
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """Where one site holds a store, or recovery points of it."""

    host: HostName
    site: SiteName
    pool: PoolName


@dataclass(frozen=True, slots=True)
class Store:
    """A dataset of files that one site writes at a time, with recovery points at others."""

    name: StoreName
    title: str
    address: IPv4Address
    """at which it is read and written, over HTTPS, wherever it is"""
    access: DataClass
    owner: PartyName
    """who alone writes it"""
    readers: tuple[PartyName, ...]
    """who may read it besides; of an open one everybody may, and none is named"""
    dataset: str
    """the folder in its pool, the same at each site"""
    tier: str
    recovery_point: timedelta
    """how old the newest recovery point at a refuge may be"""
    home: SiteName
    refuges: tuple[SiteName, ...]
    """which hold recovery points, best first; without ``home``"""
    copies: tuple[StoreCopy, ...]
    """one a site, home first"""
    interval: timedelta
    """between two recovery points"""
    transfer: timedelta
    """within which 95 of 100 transfers are to end"""
    retention: timedelta
    """how far back a site can go"""
    read_back: timedelta
    """how often a refuge compares what it received with its source, byte by byte"""
    rate_bits_per_second: int | None
    """most that a transfer may take of a link; None: not limited"""

    @property
    def hosts(self) -> tuple[HostName, ...]:
        """Which hosts can serve it, home first."""
        return tuple(copy.host for copy in self.copies)

    @property
    def parties(self) -> tuple[PartyName, ...]:
        """Everybody whom it names, its owner first."""
        return (self.owner, *self.readers)

    def at(self, site: SiteName) -> Store:
        """Return it as it is while ``site``, which holds it, writes it."""
        copies = tuple(sorted(self.copies, key=lambda copy: copy.site != site))
        refuges = tuple(copy.site for copy in copies[1:])
        return replace(self, home=site, refuges=refuges, copies=copies)

    def copy_on(self, host: HostName) -> StoreCopy | None:
        """Return what ``host`` holds of it; None: nothing."""
        return next((copy for copy in self.copies if copy.host == host), None)

    def copy_at(self, site: SiteName) -> StoreCopy | None:
        """Return what ``site`` holds of it; None: nothing."""
        return next((copy for copy in self.copies if copy.site == site), None)
