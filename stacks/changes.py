"""What is to change, and what has drifted: values that plans and reports are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stacks.diff import Difference, Risk, Value, differences
from stacks.resources import Kind, identity


@dataclass(frozen=True, slots=True)
class Change:
    """One property of one object that is made different."""

    object: str
    """as ``host/ndc01-data``"""
    property: str
    """path with dots; empty: the object itself appears or goes"""
    old: Value
    """None: there was none"""
    new: Value
    """None: there will be none"""
    risk: Risk


@dataclass(frozen=True, slots=True)
class Drift:
    """One property that is not what was last applied."""

    object: str
    property: str
    """path with dots; empty: the object itself"""
    applied: Value
    live: Value
    """None: it is gone"""


PRESENT = "present"
"""value of the empty property: the object is there"""

_LOST_WITH: Mapping[Kind, Risk] = {
    "segment": Risk.SITE_ISOLATION,
    "pool": Risk.DATA,
    "host": Risk.DATA,
    "link": Risk.PATH_LOSS,
}


def appears(kind: Kind, name: str) -> Change:
    """Return the change that makes an object."""
    return Change(identity(kind, name), "", None, PRESENT, Risk.COSMETIC)


def goes(kind: Kind, name: str) -> Change:
    """Return the change that removes an object."""
    return Change(identity(kind, name), "", PRESENT, None, _LOST_WITH[kind])


def adjusted(
    kind: Kind, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Change, ...]:
    """Return one change for each property of object ``name`` that differs in ``new`` from ``old``.

    Both are of that ``kind``, as ``to_plain`` writes them.
    """
    return tuple(_change(kind, name, difference) for difference in differences(kind, old, new))


def vanished(kind: Kind, name: str) -> Drift:
    """Return the drift of an object that somebody else removed."""
    return Drift(identity(kind, name), "", PRESENT, None)


def moved(
    kind: Kind, name: str, applied: Mapping[str, Any], live: Mapping[str, Any]
) -> tuple[Drift, ...]:
    """Return one drift for each property of object ``name`` that is not as it was ``applied``.

    ``live`` is what the substrate sees; both are of that ``kind``, as ``to_plain`` writes them.
    """
    return tuple(
        Drift(identity(kind, name), difference.property, difference.old, difference.new)
        for difference in differences(kind, applied, live)
    )


def _change(kind: Kind, name: str, difference: Difference) -> Change:
    return Change(
        identity(kind, name),
        difference.property,
        difference.old,
        difference.new,
        difference.consequence.risk,
    )
