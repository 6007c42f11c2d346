"""How old the copies of a site are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from prometheus_client.metrics_core import Metric

from inventory.names import DatabaseName, HostName, SiteName
from monitors.catalogue import CONNECTIONS_LEFT, RECOVERY_POINT, RPO_OBJECTIVE, SLOT_LEFT
from monitors.families import family
from monitors.readers.heartbeats import Mark

KIND = "postgres"


def replication_families(
    target: SiteName,
    marks: Mapping[DatabaseName, Sequence[Mark]],
    objectives: Mapping[DatabaseName, timedelta],
    connections_left: Mapping[tuple[DatabaseName, HostName], int],
    slots_left: Mapping[tuple[DatabaseName, str], int],
) -> list[Metric]:
    """Return the newest mark at ``target`` of each database, what its tier allows, and the room.

    The room: of each copy for connections, and of each slot, until the log behind it goes.

    ``marks`` holds a mark for each copy at the site; the newest counts, since the
    site can come back to that.
    """
    newest = {
        name: max(copies, key=lambda mark: mark.at) for name, copies in marks.items() if copies
    }
    return [
        family(
            RECOVERY_POINT,
            (
                ((name, mark.source, target, KIND), mark.at.timestamp())
                for name, mark in newest.items()
            ),
        ),
        family(
            RPO_OBJECTIVE,
            (((name, target), allowed.total_seconds()) for name, allowed in objectives.items()),
        ),
        family(CONNECTIONS_LEFT, ((copy, float(left)) for copy, left in connections_left.items())),
        family(SLOT_LEFT, ((slot, float(left)) for slot, left in slots_left.items())),
    ]
