"""Whether a commit waits for as many copies as is declared, and since when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.metrics_core import Metric

from inventory.names import DatabaseName
from monitors.families import family
from monitors.protection_metrics import (
    SYNCHRONOUS_COPIES,
    SYNCHRONOUS_COPIES_OBJECTIVE,
    UNPROTECTED_SINCE,
)


@dataclass(frozen=True, slots=True)
class Waits:
    """What the copies of one database at one site tell together, if all do or one leads."""

    copies: int | None
    """that its commits wait for; None: it is led elsewhere, or by nobody"""
    wanted: int
    """as is declared"""

    @property
    def is_short(self) -> bool:
        """Whether it is led here, and its commits wait for fewer."""
        return self.copies is not None and self.copies < self.wanted


class Shortfalls:
    """Since when the commits of each database wait for too few copies."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._since: dict[DatabaseName, datetime | None] = {}
        self._well: set[DatabaseName] = set()

    def has_new(self, answers: Mapping[DatabaseName, Waits | None]) -> bool:
        """Return whether any is short, as ``answers`` say, that was not when it was last noted."""
        return any(
            waits is not None and waits.is_short and database not in self._since
            for database, waits in answers.items()
        )

    def note(self, answers: Mapping[DatabaseName, Waits | None], now: datetime) -> None:
        """Remember what ``answers`` say at ``now``; None: nobody could tell of that database."""
        for database, waits in answers.items():
            if waits is not None and waits.is_short:
                self._since.setdefault(database, now if database in self._well else None)
                continue
            self._since.pop(database, None)
            self._well.discard(database)
            if waits is not None:
                self._well.add(database)

    def families(self, answers: Mapping[DatabaseName, Waits | None]) -> list[Metric]:
        """Return what ``answers`` say of databases led here, and since when they are short.

        Where nobody saw it begin, since when has no series.
        """
        led = {
            name: (waits.copies, waits.wanted)
            for name, waits in answers.items()
            if waits is not None and waits.copies is not None
        }
        since = {name: at for name, at in self._since.items() if at is not None}
        return [
            family(SYNCHRONOUS_COPIES, (((name,), float(n)) for name, (n, _) in led.items())),
            family(
                SYNCHRONOUS_COPIES_OBJECTIVE, (((name,), float(n)) for name, (_, n) in led.items())
            ),
            family(UNPROTECTED_SINCE, (((name,), at.timestamp()) for name, at in since.items())),
        ]
