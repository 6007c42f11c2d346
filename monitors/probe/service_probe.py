"""Probes one service: writes on a fixed schedule, keeps the ledger, reads back."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from datetime import datetime, timedelta

from core.clock import Clock
from core.measure import Measure
from monitors.ledger import Head, LedgerEntry, WriteOutcome, measure
from monitors.probe.citizen import Citizen, ConnectionKind
from monitors.probe.ledger_file import LedgerFile

SYNC_EVERY_SECONDS = 0.2
READ_BACK_EVERY_SECONDS = 5.0
RECENT = timedelta(seconds=60)

_MOST_UNREAD = 12_000
"""acknowledged writes that wait for being read back: ten minutes of them"""


class ServiceProbe:
    """Open loop: a write is sent when it is due, whatever became of those before it.

    ``citizen`` writes to the service ``name``, ``per_second`` times a second by ``clock``. How
    each write ended stands in ``ledger``, which is for this probe alone.
    """

    def __init__(
        self, name: str, citizen: Citizen, ledger: LedgerFile, clock: Clock, *, per_second: int
    ) -> None:
        self.name = name
        self.counts: Counter[tuple[ConnectionKind, WriteOutcome]] = Counter()
        self.last_acknowledged: LedgerEntry | None = None
        self.interval = timedelta(seconds=1) / per_second
        self._citizen = citizen
        self._ledger = ledger
        self._clock = clock
        # wall time that no clock step can bend: the wall once, then time since boot
        self._wall_at_start = clock.now() - clock.elapsed()
        self._recent: deque[LedgerEntry] = deque()
        self._unread: deque[LedgerEntry] = deque(maxlen=_MOST_UNREAD)
        self._missing: dict[str, LedgerEntry] = {}
        self._one_sync = asyncio.Lock()

    async def run(self) -> None:
        """Probe until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sync_for_ever())
                group.create_task(self._read_back_for_ever())
                group.create_task(self._write_for_ever(group))
        finally:
            self._ledger.close()
            await self._citizen.close()

    @property
    def head(self) -> Head:
        """The end of the ledger, with what is not synced yet."""
        return self._ledger.head

    @property
    def missing(self) -> int:
        """How many acknowledged writes were denied when they were last read back."""
        return len(self._missing)

    def recent(self) -> list[LedgerEntry]:
        """Return the writes that were due in the last minute."""
        horizon = self.now() - RECENT
        while self._recent and self._recent[0].due_at < horizon:
            self._recent.popleft()
        return list(self._recent)

    def now(self) -> datetime:
        """Return the probe's steady wall time."""
        return self._wall_at_start + self._clock.elapsed()

    async def lines(self, since: datetime, until: datetime) -> list[str]:
        """Return the ledger's lines for the window."""
        await self._sync()
        lines = await asyncio.to_thread(lambda: list(self._ledger.within(since, until)))
        return [line for line, _ in lines]

    async def measured(self, since: datetime, until: datetime) -> Measure:
        """Return what the writes due in the window came to, each of them read back now."""
        await self._sync()
        lines = await asyncio.to_thread(lambda: list(self._ledger.within(since, until)))
        entries = [entry for _, entry in lines]
        ids = await self._citizen.ids_of([entry.key for entry in entries])
        return measure(entries, ids, window=(since, until), interval=self.interval)

    async def _write_for_ever(self, group: asyncio.TaskGroup) -> None:
        due_at = self.now()
        first = sequence = self._ledger.last_sequence + 1
        began = f"{due_at:%Y%m%dT%H%M%S%f}"
        while True:
            await asyncio.sleep(max(0.0, (due_at - self.now()).total_seconds()))
            connection: ConnectionKind = "new" if (sequence - first) % 2 else "kept"
            key = f"{began}-{sequence}"
            group.create_task(self._write(sequence, key, due_at, connection))
            sequence += 1
            due_at += self.interval

    async def _write(
        self, sequence: int, key: str, due_at: datetime, connection: ConnectionKind
    ) -> None:
        sent_at = self.now()
        ended = await self._citizen.write(key, connection)
        entry = LedgerEntry(
            sequence=sequence,
            key=key,
            due_at=due_at,
            sent_at=sent_at,
            ended_at=self.now(),
            outcome=ended.outcome,
            connection=connection,
            id=ended.id,
            site=ended.site,
            host=ended.host,
        )
        self._ledger.append(entry)
        self._recent.append(entry)
        self.counts[connection, entry.outcome] += 1
        if entry.outcome is WriteOutcome.OK:
            self.last_acknowledged = entry
            self._unread.append(entry)

    async def _sync_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY_SECONDS)
            await self._sync()

    async def _sync(self) -> None:
        async with self._one_sync:
            await asyncio.to_thread(self._ledger.sync)

    async def _read_back_for_ever(self) -> None:
        while True:
            await asyncio.sleep(READ_BACK_EVERY_SECONDS)
            await self._read_back()

    async def _read_back(self) -> None:
        entries = [*self._missing.values(), *self._unread]
        self._unread.clear()
        ids = await self._citizen.ids_of([entry.key for entry in entries])
        for entry in entries:
            if entry.key not in ids:
                if entry.key not in self._missing:
                    self._unread.append(entry)
            elif entry.id in ids[entry.key]:
                self._missing.pop(entry.key, None)
            else:
                self._missing[entry.key] = entry
