"""Time as something you are handed, never something you reach for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

from core.errors import Unreachable

T = TypeVar("T")


class Clock(Protocol):
    """The only source of "now" and the only way to wait."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    def elapsed(self) -> timedelta:
        """Return the time since boot; it never goes back, and counts sleep of the machine."""

    def sleep(self, duration: timedelta) -> None:
        """Return no sooner than ``duration`` from now."""


def wait_until(
    clock: Clock,
    look: Callable[[], T | Literal[False] | None],
    *,
    what: str,
    bound: timedelta,
    every: timedelta = timedelta(milliseconds=100),
) -> T:
    """Return the first answer of ``look`` that is neither None nor False.

    The bound only detects a hang; it is not an objective.

    Raises:
        Unreachable: ``look`` gave nothing within ``bound``.
    """
    began = clock.elapsed()
    while (answer := look()) is None or answer is False:
        if clock.elapsed() - began > bound:
            raise Unreachable(
                f"{what} did not come about",
                expected=f"within {bound.total_seconds():g} s",
                actual=f"not yet after {(clock.elapsed() - began).total_seconds():.1f} s",
                next_step="look at `ndc status` and `ndc logs`, then run the command again",
            )
        clock.sleep(every)
    return answer
