"""Citizens who write on a fixed schedule, and remember what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from core.measure import Gap, Measure
from dr.simulation.timeline import BEGINNING
from dr.simulation.truth import Served
from inventory.names import HostName, SiteName

EVERY: Final = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Write:
    """A write that was acknowledged."""

    at: timedelta
    """since the beginning"""
    row: str
    site: SiteName
    """that served it"""


class Citizens:
    """20 writes a second to one service's address, to one host for as long as it is there."""

    def __init__(self, served: Served, every: timedelta = EVERY) -> None:
        self._served = served
        self._every = every
        self._sent: list[timedelta] = []
        self._host: HostName | None = None
        self._from = served.citizens_at
        self.acknowledged: list[Write] = []
        served.timeline.at(every, self._write)

    @property
    def gap(self) -> timedelta:
        """The longest time between two acknowledged writes."""
        times = [write.at for write in self.acknowledged]
        return longest_gap(times, (times[0], times[-1])).length if times else timedelta()

    @property
    def lost(self) -> list[str]:
        """Acknowledged writes that are gone."""
        rows = set(self._served.database.log)
        return [write.row for write in self.acknowledged if write.row not in rows]

    def measure(self, since: datetime, until: datetime) -> Measure:
        """Return what became of the writes between ``since`` and ``until``."""
        span = (since - BEGINNING, until - BEGINNING)
        writes = [write for write in self.acknowledged if span[0] <= write.at <= span[1]]
        sent = sum(span[0] <= at <= span[1] for at in self._sent)
        lost = set(self.lost)
        return Measure(
            since=since,
            until=until,
            acknowledged=len(writes),
            refused=0,
            unknown=sent - len(writes),
            lost=sum(write.row in lost for write in writes),
            duplicated=0,
            sent_again=0,
            unknown_appeared=0,
            not_read_back=0,
            gap=longest_gap((write.at for write in writes), span),
            worst_slip=timedelta(),
        )

    def _write(self) -> None:
        now = self._served.timeline.elapsed()
        self._sent.append(now)
        row = f"{self._served.service.name}-{len(self._sent)}"
        host = self._reached()
        database = self._served.database
        writer = None if host is None else database.writer_for(host)
        if host is not None and writer is not None and database.insert(row, writer):
            site = self._served.around.plant.site(host)
            self.acknowledged.append(Write(now, row, site))
        self._served.timeline.at(self._every, self._write)

    def _reached(self) -> HostName | None:
        """Return whom the address leads to; who stands still is not announced for long."""
        if self._host is None or not self._leads_to(self._host):
            self._host = min(filter(self._leads_to, self._served.announcing), default=None)
            if self._host is not None:
                around, name = self._served.around, self._served.service.name
                around.tell("comes-to", name, self._host, text=around.plant.site(self._host))
        return self._host

    def _leads_to(self, host: HostName) -> bool:
        return self._served.led_from(self._from, host)


def longest_gap(times: Iterable[timedelta], span: tuple[timedelta, timedelta]) -> Gap:
    """Return the longest time within ``span`` in which none of ``times`` lies."""
    began, ended = max(pairwise((span[0], *times, span[1])), key=lambda pair: pair[1] - pair[0])
    return Gap(ended - began, BEGINNING + began, BEGINNING + ended)
