"""A look: begun now and waited for later, or made at once; what it saw, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from core.errors import WorldError

T = TypeVar("T")


class Begin(Protocol):
    """Begins a look, so that others can be made meanwhile."""

    def __call__(self, look: Callable[[], T], /) -> Callable[[], T]:
        """Return what waits for the look and returns what it saw."""


def at_once(look: Callable[[], T], /) -> Callable[[], T]:
    """Look now: for a world in which looking takes no time."""
    sight = look()
    return lambda: sight


def if_seen(look: Callable[[], T]) -> T | None:
    """Return what ``look`` returns; None where nothing can be seen."""
    try:
        return look()
    except WorldError:
        return None
