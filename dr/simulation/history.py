"""What is written down of a world while it goes on: plain tuples, for whoever judges it later."""

from __future__ import annotations

from typing import NamedTuple


class Happened(NamedTuple):
    """One thing that happened; which fields mean what, ``what`` says."""

    at: float
    """seconds since the beginning, on the world's own clock"""
    what: str
    subject: str
    """a database, a service, a host or a run"""
    host: str = ""
    number: int = 0
    """a timeline, an epoch or how many"""
    detail: str = ""


class History:
    """Keeps what happened, in order."""

    def __init__(self) -> None:
        self.events: list[Happened] = []

    def add(self, event: Happened) -> None:
        """Write ``event`` down."""
        self.events.append(event)
