"""The writes that a probe signed, on the clock of whoever carried the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dr.live.exhibits import Exhibits
from dr.reporting.report import Course
from dr.reporting.timeline_picture import Strip, WriteSeen


def strips(exhibits: Exhibits, courses: Sequence[Course]) -> Iterator[Strip]:
    """Yield the writes to each service that was measured; none if no clocks were compared."""
    ahead = probe_ahead(exhibits.anchors())
    for course in courses:
        testimony = exhibits.testimony(course.service)
        if testimony is None or course.measure is None or ahead is None:
            continue
        lines = [json.loads(line) for line in testimony["ledger"].splitlines()]
        writes = [
            WriteSeen(datetime.fromisoformat(line["ended_at"]) - ahead, line["outcome"])
            for line in lines
        ]
        yield Strip(course.service, course.measure, tuple(writes), ahead)


def probe_ahead(anchors: Sequence[str]) -> timedelta | None:
    """Return how far the probe's clock was ahead of ours, by the anchor that it signed soonest.

    None: no anchor tells. It is off by half of what the answer took, at most.
    """
    compared = [
        (anchor["took_seconds"], _ahead(anchor))
        for anchor in map(json.loads, anchors)
        if anchor["statement"]
    ]
    return min(compared)[1] if compared else None


def _ahead(anchor: Mapping[str, Any]) -> timedelta:
    probe = datetime.fromisoformat(json.loads(anchor["statement"]["text"])["at"])
    asked_at = datetime.fromisoformat(anchor["asked_at"])
    return probe - asked_at - timedelta(seconds=anchor["took_seconds"]) / 2
