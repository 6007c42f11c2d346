"""Probes one service: writes on a fixed schedule, keeps the ledger, reads back."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import Rejected
from core.measure import TOLERATED_SLIP, Measure
from monitors.ledger import Head, LedgerEntry, WriteOutcome, measure
from monitors.probe.citizen import Citizen, ConnectionKind
from monitors.probe.ledger_file import LedgerFile, Stretch
from monitors.probe.losses import LossRecord
from monitors.probe.read_back import WITHIN, ReadBack

SYNC_EVERY_SECONDS = 0.2
READ_BACK_EVERY_SECONDS = 5.0
RECENT = timedelta(seconds=60)

SENT_AGAIN_EVERY = 20
"""writes: each of these is sent again once it is acknowledged, as one who lost the answer does"""

_OTHER: Final[dict[ConnectionKind, ConnectionKind]] = {"new": "kept", "kept": "new"}
_LOG = logging.getLogger("ndc-probe")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a window came to, and what that was counted from."""

    measure: Measure
    stretch: Stretch
    ids: Mapping[str, Sequence[int]]
    """under which the service holds each key of the window; a key is missing: nobody answered"""


class ServiceProbe:
    """Open loop: a write is sent when it is due, whatever became of those before it.

    What was missed in a freeze is not sent afterwards: citizens come when they come.

    ``citizen`` writes to the service ``name``, ``per_second`` times a second by ``clock``. How
    each write ended stands in ``ledger``, and what of it was lost in ``losses``; both are for
    this probe alone.
    """

    def __init__(
        self,
        name: str,
        citizen: Citizen,
        ledger: LedgerFile,
        losses: LossRecord,
        clock: Clock,
        *,
        per_second: int,
    ) -> None:
        self.name = name
        self.counts: Counter[tuple[ConnectionKind, WriteOutcome]] = Counter()
        self.last_acknowledged: LedgerEntry | None = None
        self.interval = timedelta(seconds=1) / per_second
        self._citizen = citizen
        self._ledger = ledger
        self.losses = losses
        self._clock = clock
        # wall time that no clock step can bend: the wall once, then time since boot
        self._wall_at_start = clock.now() - clock.elapsed()
        self._recent: deque[LedgerEntry] = deque()
        self._read_back = ReadBack(citizen, ledger, losses, self.now)
        self._one_sync = asyncio.Lock()

    async def run(self) -> None:
        """Probe until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sync_for_ever())
                group.create_task(self._read_back_for_ever())
                group.create_task(self._write_for_ever(group))
        finally:
            try:
                self._ledger.close()
            finally:
                await self._citizen.close()

    @property
    def head(self) -> Head:
        """The end of the ledger, with what is not synced yet."""
        return self._ledger.head

    @property
    def tells_since(self) -> datetime:
        """When the oldest write ended that is in the ledger and may be read back."""
        oldest = self.now() - WITHIN
        return max(self._ledger.goes_back_to or oldest, oldest)

    def recent(self) -> list[LedgerEntry]:
        """Return the writes that were due in the last minute."""
        horizon = self.now() - RECENT
        while self._recent and self._recent[0].due_at < horizon:
            self._recent.popleft()
        return list(self._recent)

    def now(self) -> datetime:
        """Return the probe's steady wall time."""
        return self._wall_at_start + self._clock.elapsed()

    async def synced_head(self) -> Head:
        """Return an end of the ledger that a crash does not take back.

        Raises:
            OSError: the disk does not take what belongs to it.
        """
        head = self._ledger.head
        await self._sync()
        return head

    async def stretch(self, since: datetime, until: datetime) -> Stretch:
        """Return the part of the ledger that holds the writes due in the window.

        Raises:
            OSError: as ``synced_head``.
        """
        await self._sync()
        return await asyncio.to_thread(self._ledger.stretch, since, until)

    async def measured(self, since: datetime, until: datetime) -> Measured:
        """Return what the writes due in the window came to, each of them read back now.

        Raises:
            OSError: as ``synced_head``.
        """
        stretch = await self.stretch(since, until)
        due = [entry for entry in stretch.entries if since <= entry.due_at <= until]
        ids = await self._read_back.ids_of(due)
        window = (since, until)
        return Measured(measure(due, ids, window=window, interval=self.interval), stretch, ids)

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
            due_at = next_due(due_at, self.now(), self.interval)

    async def _write(
        self, sequence: int, key: str, due_at: datetime, connection: ConnectionKind
    ) -> None:
        sent_at = self.now()
        ended = await self._citizen.write(key, connection)
        ended_at = self.now()
        sent_again = ended.outcome is WriteOutcome.OK and sequence % SENT_AGAIN_EVERY == 0
        if sent_again:
            await self._citizen.write(key, _OTHER[connection])
        entry = LedgerEntry(
            sequence=sequence,
            key=key,
            due_at=due_at,
            sent_at=sent_at,
            ended_at=ended_at,
            outcome=ended.outcome,
            connection=connection,
            id=ended.id,
            site=ended.site,
            host=ended.host,
            sent_again=sent_again,
        )
        self._ledger.append(entry)
        self._recent.append(entry)
        self.counts[connection, entry.outcome] += 1
        last = self.last_acknowledged
        if entry.outcome is WriteOutcome.OK and (last is None or last.ended_at < entry.ended_at):
            self.last_acknowledged = entry

    async def _sync_for_ever(self) -> None:
        was_synced = True
        while True:
            await asyncio.sleep(SYNC_EVERY_SECONDS)
            try:
                await self._sync()
            except OSError as error:
                if was_synced:
                    _LOG.warning("the ledger of %s is not on disk: %s", self.name, error.strerror)
                was_synced = False
            else:
                was_synced = True

    async def _sync(self) -> None:
        async with self._one_sync:
            await asyncio.to_thread(self._ledger.sync)

    async def _read_back_for_ever(self) -> None:
        while True:
            await asyncio.sleep(READ_BACK_EVERY_SECONDS)
            try:
                await self._read_back.turn()
            except Rejected as error:
                _LOG.warning("%s: %s", error, error.actual)


def next_due(due_at: datetime, now: datetime, interval: timedelta) -> datetime:
    """Return when the write after the one of ``due_at`` is due.

    By the schedule, unless by ``now`` so much was missed that the time is void anyway: then the
    schedule goes on from now, and its silence shows.
    """
    following = due_at + interval
    missed = (now - following) // interval
    return following + missed * interval if now - following > TOLERATED_SLIP else following
