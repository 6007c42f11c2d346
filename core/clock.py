"""Time as something you are handed, never something you reach for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, TypeVar

from core.errors import Unreachable

T = TypeVar("T")

TOLERATED_OFFSET: Final = timedelta(milliseconds=500)
"""of a clock's distance from what monitors' clocks agree on, and its error together;
``monitors/rules/watching.yml`` says the same"""

_OFTEN = timedelta(milliseconds=100)


class Clock(Protocol):
    """The only source of "now" and the only way to wait."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""

    def elapsed(self) -> timedelta:
        """Return the time since boot; it never goes back, and counts sleep of the machine."""

    def sleep(self, duration: timedelta) -> None:
        """Return no sooner than ``duration`` from now."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """What a look answers while it has nothing and knows the reason."""

    why: str
    """for the person who waited in vain"""


def wait_until(
    clock: Clock,
    look: Callable[[], T | NotYet | Literal[False] | None],
    *,
    what: str,
    bound: timedelta,
    every: timedelta = _OFTEN,
) -> T:
    """Return the first answer of ``look`` that is none of None, False and NotYet.

    ``clock`` measures the time and waits for ``every`` between two looks. ``what`` is the
    subject of the sentence that a person reads when ``bound`` is over. The bound only detects
    a hang; it is not an objective. A look that knows why it has nothing answers ``NotYet``::

        def is_up() -> Literal[True] | NotYet:
            return True if labd.is_running else NotYet("its socket refuses connections")

        wait_until(clock, is_up, what="the start of ndc-labd", bound=timedelta(seconds=30))

    Raises:
        Unreachable: ``look`` gave nothing within ``bound``; with the last reason, if it knew one.
    """
    began = clock.elapsed()
    while True:
        answer = look()
        if answer is not None and answer is not False and not isinstance(answer, NotYet):
            return answer
        waited = clock.elapsed() - began
        if waited > bound:
            late = f"not yet after {waited.total_seconds():.1f} s"
            raise Unreachable(
                f"{what} did not come about",
                expected=f"within {bound.total_seconds():g} s",
                actual=answer.why if isinstance(answer, NotYet) else late,
                next_step="look at `ndc status` and `ndc logs`, then run the command again",
            )
        clock.sleep(every)


def until_answered(
    clock: Clock,
    act: Callable[[], object],
    *,
    what: str,
    bound: timedelta,
    every: timedelta = _OFTEN,
) -> None:
    """Do ``act``, and do it again for as long as it raises Unreachable.

    ``act`` must be one that may be done twice. ``clock``, ``what``, ``bound`` and ``every``
    are as in ``wait_until``.

    Raises:
        Unreachable: nobody answered within ``bound``; with the last reason.
        Rejected, and whatever else ``act`` raises: at once.
    """

    def acted() -> Literal[True] | NotYet:
        try:
            act()
        except Unreachable as error:
            return NotYet(": ".join(filter(None, (error.what, error.actual))))
        return True

    wait_until(clock, acted, what=what, bound=bound, every=every)
