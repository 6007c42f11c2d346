"""What a changed property costs: whether the thing stays, and who notices. Pure tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, TypeAlias

from stacks.resources import Kind

Value: TypeAlias = str | int | float | bool | None
"""of a property; None: it has none"""


class Way(StrEnum):
    """How a property changes."""

    IN_PLACE = auto()
    """the thing stays"""
    REPLACE = auto()
    """the old thing is removed first, since the new one needs its name; its data goes with it"""


class Risk(StrEnum):
    """What a change may do to those who use the network, mildest first."""

    COSMETIC = "cosmetic"
    SESSION_RESET = "session reset"
    PATH_LOSS = "path loss"
    SITE_ISOLATION = "site isolation"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from changing one property."""

    way: Way
    risk: Risk


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not what it is to be."""

    property: str
    """path with dots, as ``a.host``"""
    old: Value
    new: Value
    consequence: Consequence


_NEW_POOL = Consequence(Way.REPLACE, Risk.DATA)
_NEW_HOST = Consequence(Way.REPLACE, Risk.DATA)
_NEW_LINK = Consequence(Way.REPLACE, Risk.PATH_LOSS)

TABLE: Mapping[Kind, Mapping[str, Consequence]] = {
    "segment": {
        "name": Consequence(Way.REPLACE, Risk.SITE_ISOLATION),
        "site": Consequence(Way.REPLACE, Risk.SITE_ISOLATION),
    },
    "pool": {
        "name": _NEW_POOL,
        "host": _NEW_POOL,
        # a substrate grows a pool, and refuses to shrink one
        "size_bytes": Consequence(Way.IN_PLACE, Risk.DATA),
        "folder": Consequence(Way.IN_PLACE, Risk.DATA),
    },
    "host": {
        "name": _NEW_HOST,
        "site": _NEW_HOST,
        "segment": Consequence(Way.IN_PLACE, Risk.PATH_LOSS),
        "image": _NEW_HOST,
        # the seed is written before the first boot, and never after it
        "management": _NEW_HOST,
        "host_key": _NEW_HOST,
    },
    "link": {
        "name": _NEW_LINK,
        "a.host": _NEW_LINK,
        "a.interface": _NEW_LINK,
        "z.host": _NEW_LINK,
        "z.interface": _NEW_LINK,
        "delay_microseconds": Consequence(Way.IN_PLACE, Risk.COSMETIC),
        "rate_bits_per_second": Consequence(Way.IN_PLACE, Risk.COSMETIC),
        "mtu_bytes": Consequence(Way.IN_PLACE, Risk.SESSION_RESET),
    },
}

_BESIDE_THE_SPECIFICATION = Consequence(Way.IN_PLACE, Risk.COSMETIC)


def differences(
    kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return what turns ``old`` into ``new``, sorted by property.

    Both are what ``to_plain`` writes, or wrote in an earlier version: a property
    that only one of them has is None in the other. A property that the table does
    not know says nothing about the thing itself, and changes in place.
    """
    before, after = _flat(old), _flat(new)
    return tuple(
        Difference(path, before.get(path), after.get(path), _consequence(kind, path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def _consequence(kind: Kind, path: str) -> Consequence:
    return TABLE[kind].get(path, _BESIDE_THE_SPECIFICATION)


def _flat(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key, value in plain.items():
        if isinstance(value, Mapping):
            values |= _flat(value, f"{prefix}{key}.")
        else:
            values[f"{prefix}{key}"] = value
    return values
