"""Links, from the side of one of their ends."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric

from inventory.names import LinkName, SiteName
from monitors.catalogue import LINK_LOSS_RATIO, LINK_RTT_SECONDS, LINK_UP
from monitors.families import family
from monitors.readers.echo import EchoReading


def link_families(readings: Mapping[tuple[LinkName, SiteName], EchoReading]) -> list[Metric]:
    """Return up, round trip and loss of each link that was measured, by its far site."""
    return [
        family(LINK_UP, ((key, float(echo.received > 0)) for key, echo in readings.items())),
        family(
            LINK_RTT_SECONDS,
            (
                (key, echo.shortest.total_seconds())
                for key, echo in readings.items()
                if echo.shortest is not None
            ),
        ),
        family(
            LINK_LOSS_RATIO,
            ((key, 1 - echo.received / echo.sent) for key, echo in readings.items()),
        ),
    ]
