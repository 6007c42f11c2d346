"""Why something cannot be done with what the lab made, in four lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from core.errors import Rejected, Unreachable
from lab import ip
from lab.container import Life

_Record = TypeVar("_Record")


def on_record(records: Mapping[str, _Record], kind: str, name: str) -> _Record:
    """Return what ``records`` hold of the ``kind`` (``host``, ``link``) called ``name``.

    Raises:
        Rejected: nothing.
    """
    if name not in records:
        raise Rejected(
            f"there is no {kind} called {name}",
            expected=", ".join(sorted(records)) or f"a {kind}; none was made",
            actual=name,
            next_step=f"ndc show {kind}s",
        )
    return records[name]


def refuse_foreign(name: str, namespace: str) -> None:
    """Return if nobody else made ``namespace`` before ``name`` is made; Rejected if so."""
    if ip.has_namespace(namespace):
        raise Rejected(
            f"namespace {namespace} is there, and nobody recorded it",
            expected=f"none of that name before {name} is made",
            actual="one that this lab did not make, or forgot",
            next_step="ndc lab sweep removes what a crash left",
        )


def refuse_frozen(name: str, life: Life) -> None:
    """Return if the processes of ``name`` run; Rejected if they were told to stand still."""
    if life.frozen:
        raise Rejected(
            f"{name} is frozen",
            expected="a host whose processes run",
            actual="one that was told to stand still",
            next_step=f"ndc lab thaw {name}",
        )


def no_own_disk(name: str) -> Rejected:
    """Return the refusal to drop what ``name`` did not sync."""
    return Rejected(
        f"what {name} wrote and did not sync cannot be dropped",
        expected="a host whose files lie on a disk of its own, and nowhere else",
        actual="they lie on this machine's file system, or in a storage pool",
        next_step=f"ndc lab kill {name}; then ndc lab start {name} --own-disk",
    )


def is_on(name: str, what: str) -> Rejected:
    """Return the refusal to do ``what`` to the files of ``name``, which is on."""
    return Rejected(
        f"{name} cannot {what}",
        expected="a host that is off",
        actual="it is on",
        next_step=f"ndc lab kill {name}",
    )


def otherwise(name: str) -> Rejected:
    """Return the refusal to switch off a ``name`` that was meant, and is another by now."""
    return Rejected(
        f"{name} is not as it was seen",
        expected="the life that whoever asked had seen, and the power as it was then",
        actual="it was switched on or off since",
        next_step="look again, then decide again",
    )


def too_busy(name: str, turn: timedelta) -> Unreachable:
    """Return why ``name`` was not switched off within ``turn``: nobody's turn lasts for ever."""
    return Unreachable(
        f"{name} was not switched off",
        expected=f"a turn within {turn.total_seconds():g} s",
        actual="somebody else works on it",
        next_step="look again, then ask again",
    )
