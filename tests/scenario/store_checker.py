"""Judges what was written down about stores; it knows nothing of how it came about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dr.simulation.history import Happened
from dr.simulation.timeline import BEGINNING
from inventory.names import StoreName


def double_writers(history: Iterable[Happened]) -> list[str]:
    """Return where two hosts wrote a store under one epoch, or one under an epoch that was over."""
    highest: dict[str, int] = {}
    writers: dict[tuple[str, int], str] = {}
    found = []
    for event in history:
        if event.what != "store-written":
            continue
        if event.number < highest.get(event.subject, 0):
            found.append(f"{event.at}: {event.host} wrote {event.subject} under {event.number}")
        highest[event.subject] = max(event.number, highest.get(event.subject, 0))
        writer = writers.setdefault((event.subject, event.number), event.host)
        if writer != event.host:
            found.append(f"{event.at}: {event.host} wrote {event.subject} beside {writer}")
    return found


def lost_span(history: Iterable[Happened], store: StoreName, point: datetime) -> timedelta:
    """Return how long after ``point`` the first writer of ``store`` wrote last: that is lost."""
    written = [
        event.at
        for event in history
        if (event.what, event.subject, event.number) == ("store-written", store, 1)
    ]
    last = BEGINNING + timedelta(seconds=max(written))
    return max(last - point, timedelta())
