"""The wires that the relay is to carry: values, and the file that holds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Plug:
    """The place of an end of a wire: a TAP called ``interface`` in a network namespace."""

    namespace: str
    interface: str


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """What happens to packets in one direction."""

    delay_microseconds: int
    rate_bits_per_second: int
    """0: not limited"""
    loss_ratio: float
    silent: bool
    """packets vanish"""


@dataclass(frozen=True, slots=True)
class Wire:
    """One link, as the relay is to carry it: its ends, and what happens in each direction.

    Everything that was done to the link on purpose is in it: the relay knows no fault.
    """

    name: str
    a: Plug
    z: Plug
    cut: bool
    """no carrier at either end"""
    forth: LaneSpec
    """from a to z"""
    back: LaneSpec


def dump(wires: Sequence[Wire]) -> str:
    """Return ``wires`` as the text of a file."""
    return json.dumps([asdict(wire) for wire in wires], indent=1) + "\n"


def load(text: str) -> tuple[Wire, ...]:
    """Return what ``dump`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it did not write that.
    """
    return tuple(_wire(plain) for plain in json.loads(text))


def _wire(plain: dict[str, Any]) -> Wire:
    return Wire(
        name=plain["name"],
        a=Plug(**plain["a"]),
        z=Plug(**plain["z"]),
        cut=plain["cut"],
        forth=LaneSpec(**plain["forth"]),
        back=LaneSpec(**plain["back"]),
    )
