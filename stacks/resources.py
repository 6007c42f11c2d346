"""Specifications of what a substrate can make: segment, pool, host, link; and their plain form.

A specification holds no secret, because Pulumi's state holds it. It names a key by its
fingerprint; the substrate reads the key from the environment's folder.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import TypeAdapter

from inventory.names import HostName, LinkName, PoolName, SegmentName, SiteName

Kind: TypeAlias = Literal["segment", "pool", "host", "link"]


@dataclass(frozen=True, slots=True)
class SegmentSpec:
    """A layer-2 network inside one site."""

    kind: ClassVar[Kind] = "segment"

    name: SegmentName
    site: SiteName


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A storage pool: a device with a file system for one host, which outlives that host."""

    kind: ClassVar[Kind] = "pool"

    name: PoolName
    host: HostName
    """that has it from its next boot on, or from now on"""
    folder: str
    """where the host has it, as ``/srv/pools/general``; empty: the host is on, and lacks it"""
    size_bytes: int
    """of the device"""


@dataclass(frozen=True, slots=True)
class HostSpec:
    """A machine that is booted and reachable by SSH, and not configured yet."""

    kind: ClassVar[Kind] = "host"

    name: HostName
    site: SiteName
    segment: SegmentName
    """where interface ``lan0`` is plugged in"""
    management: str
    """address with prefix length of interface ``eth0``, as ``198.18.3.12/24``"""
    image: str
    """hash of the golden image that it boots"""
    host_key: str
    """SHA-256 fingerprint of its SSH host key, which is placed before the first boot"""


@dataclass(frozen=True, slots=True)
class LinkEndSpec:
    """Where a link is plugged in."""

    host: HostName
    interface: str


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """A transmission link between two hosts."""

    kind: ClassVar[Kind] = "link"

    name: LinkName
    a: LinkEndSpec
    z: LinkEndSpec
    delay_microseconds: int
    """one way, the same in both directions"""
    rate_bits_per_second: int
    """0: not limited"""
    mtu_bytes: int


Spec: TypeAlias = SegmentSpec | PoolSpec | HostSpec | LinkSpec

KINDS: tuple[Kind, ...] = ("segment", "pool", "host", "link")
"""in the order in which they are made"""

TOKENS: dict[Kind, str] = {
    "segment": "ndc:index:Segment",
    "pool": "ndc:index:Pool",
    "host": "ndc:index:Host",
    "link": "ndc:index:Link",
}
"""what the engine calls the type of each"""

_READERS: dict[Kind, TypeAdapter[Any]] = {
    spec.kind: TypeAdapter(spec) for spec in (SegmentSpec, PoolSpec, HostSpec, LinkSpec)
}


def identity(kind: Kind, name: str) -> str:
    """Return the name of a thing among all things of an environment, as ``host/ndc01-data``."""
    return f"{kind}/{name}"


def to_plain(spec: Spec) -> dict[str, Any]:
    """Return ``spec`` as JSON-ready values, without its kind."""
    return asdict(spec)


def from_plain(kind: Kind, plain: dict[str, Any]) -> Spec:
    """Return what ``to_plain`` wrote, or raise pydantic's ValidationError."""
    spec: Spec = _READERS[kind].validate_python(plain)
    return spec
