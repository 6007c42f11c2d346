"""Whether a lent address is renewed in time, for as long as nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from ndc.wiring import environment
from ndc.wiring.running_network import running
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import Stand, pause, say
from tests.lab.lent import listened

HOUR_SECONDS = 3600


def renewed(stand: Stand, _: int) -> Iterator[Trial]:
    """Yield how often each store's address went in an hour, and the longest pause, in seconds."""
    lab = stand.lab()
    network = running(environment.opened(lab.environment), say)
    with ExitStack() as listening:
        heard = [
            listening.enter_context(listened(lab, str(store.address), store.hosts))
            for store in network.stores
        ]
        assert all(one.holders() for one in heard), "a store's address is nowhere"
        pause(HOUR_SECONDS)
    for one in heard:
        longest = one.longest_pause()
        yield one.went(), longest.total_seconds() if longest else None
