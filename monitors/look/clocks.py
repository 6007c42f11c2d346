"""What a host's own exporter tells of its clock, asked of chronyd there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from access.clients.prometheus import Sample
from inventory.clocks import ORPHANS
from monitors.health.clocks import ClockView

OFFSET: Final = "node_ntp_offset_seconds"
DELAY: Final = "node_ntp_root_delay_seconds"
DISPERSION: Final = "node_ntp_root_dispersion_seconds"
LEAP: Final = "node_ntp_leap"
STRATUM: Final = "node_ntp_stratum"
NAMES: Final = (OFFSET, DELAY, DISPERSION, LEAP, STRATUM)
_COMPARED_WITH_NONE: Final = 3
"""of the leap indicator: not synchronised"""


def clock(samples: Iterable[Sample], servers: int = 0) -> ClockView | None:
    """Return how the clock of a host is, by all ``samples`` of it; None: there are none.

    So many time ``servers`` are declared for it.
    An exporter that tells of other things alone got no answer from chronyd.
    """
    values = {sample.name: sample.value for sample in samples}
    if not values.keys() >= {*NAMES}:
        return (
            ClockView(timedelta(), timedelta(), compared=False, servers=servers) if values else None
        )
    return ClockView(
        # what is told is the way from this clock to the right time
        ahead=timedelta(seconds=-values[OFFSET]),
        error=timedelta(seconds=values[DELAY] / 2 + values[DISPERSION]),
        compared=values[LEAP] < _COMPARED_WITH_NONE,
        from_outside=values[STRATUM] < ORPHANS,
        servers=servers,
    )
