"""One part of the network by itself: the same for `ndc status` and for the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from monitors.health.snapshot import Snapshot
from tui.alarms_view import alarms_lines
from tui.links_view import links_lines
from tui.picture import PictureLine
from tui.replication_view import CopyKey, replication_lines
from tui.storage_view import storage_lines
from tui.topics import StatusTopic


def topic_lines(
    snapshot: Snapshot, topic: StatusTopic, trends: Mapping[CopyKey, str] | None = None
) -> tuple[PictureLine, ...]:
    """Return what ``snapshot`` tells of ``topic``; ``trends`` of copies, where there are any."""
    match topic:
        case StatusTopic.REPLICATION:
            return replication_lines(snapshot, trends)
        case StatusTopic.STORAGE:
            return storage_lines(snapshot)
        case StatusTopic.LINKS:
            return links_lines(snapshot)
        case StatusTopic.ALERTS:
            return alarms_lines(snapshot)
        case _:
            assert_never(topic)
