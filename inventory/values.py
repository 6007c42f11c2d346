"""The shapes of single values in declared files, and what all entries have in common."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from inventory.names import SiteName
from inventory.network import Role

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
DURATION = r"^(\d+(?:\.\d+)?) (ms|s|min|h|d)$"
SIZE = r"^([1-9]\d{0,5}) (MiB|GiB|TiB)$"
_SIZES = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_LONGEST = timedelta(days=3650)
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def _duration(text: Any) -> timedelta:
    match = re.fullmatch(DURATION, text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("a number, a space and one of ms, s, min, h, d: 15 min")
    try:
        length = float(match[1]) * _UNITS[match[2]]
    except OverflowError:
        length = timedelta.max
    if length > _LONGEST:
        raise ValueError(f"{_LONGEST.days} d at most")
    return length


def _size(text: Any) -> int:
    match = re.fullmatch(SIZE, text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("a whole number, a space and one of MiB, GiB, TiB: 2 GiB")
    return int(match[1]) * _SIZES[match[2]]


def _address(text: Any) -> IPv4Address:
    try:
        return IPv4Address(text if isinstance(text, str) else "")
    except AddressValueError:
        raise ValueError("an IPv4 address: 203.0.113.11") from None


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["15 min"]}),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": "string", "pattern": SIZE, "examples": ["2 GiB"]}),
]
"""in bytes"""
Prefix = Annotated[
    IPv4Network,
    Field(strict=False),
    WithJsonSchema({"type": "string", "examples": ["198.19.0.0/19"]}),
]
Address = Annotated[
    IPv4Address,
    BeforeValidator(_address),
    WithJsonSchema({"type": "string", "format": "ipv4"}),
]
Word = Annotated[str, Field(pattern=NAME, max_length=40)]
"""a name that nothing else refers to: carriers, ducts, risks"""
Words = Annotated[tuple[Word, ...], Field(strict=False)]
Sites = Annotated[tuple[SiteName, ...], Field(strict=False)]
Port = Annotated[int, Field(ge=1024, le=49151)]
Roles = Annotated[
    frozenset[Annotated[Role, Field(strict=False)]], Field(strict=False, min_length=1)
]
HostRoles = dict[Annotated[str, Field(pattern=NAME, max_length=12)], Roles]
"""host, named within its site → what it is for"""
DECLARED = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)
"""of all entries: unknown keys and quiet conversions are refused"""
