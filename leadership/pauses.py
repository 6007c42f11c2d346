"""Pauses that end once what they wait for has come about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock

_LOOK_EVERY: Final = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Stands in for the module ``time`` inside one of Patroni's, which asks no more of it."""

    clock: Clock
    over: Mapping[float, Callable[[], bool]]
    """by the length of a pause, in seconds: whether what it waits for has come about"""

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Return after ``seconds``, or sooner where a pause of that length is over."""
        is_over = self.over.get(seconds, _never)
        until = self.clock.elapsed() + timedelta(seconds=seconds)
        while (left := until - self.clock.elapsed()) > timedelta() and not is_over():
            self.clock.sleep(min(left, _LOOK_EVERY))


def _never() -> bool:
    return False
