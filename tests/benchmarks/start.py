"""How long the network takes to come up, and to be found as it should be."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import Stand, seconds_of

_HANG_SECONDS = 300


def first(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield how long the network took that is up, and bring up others after it."""
    if number or stand.first_start_seconds is None:
        stand.renew()
    yield (stand.first_start_seconds,)


def again(stand: Stand, _: int) -> Iterator[Trial]:
    """Time a second ``ndc up``."""
    lab = stand.lab()
    yield (seconds_of(lambda: lab.done("up", bound_seconds=_HANG_SECONDS)),)
