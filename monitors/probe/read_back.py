"""Reads back what was acknowledged: soon, and again for as long as the service keeps it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.errors import NotSeen
from core.measure import patience_with_reading_back
from monitors.ledger import LedgerEntry, WriteOutcome
from monitors.probe.citizen import MOST_KEYS, Citizen
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.losses import KnownLoss, LossRecord

LATELY: Final = timedelta(minutes=10)
"""what is read back again at once after a silence or a move: a new leader may lack it"""

WITHIN: Final = timedelta(hours=12)
"""after which nothing is read back: the service keeps a measurement for a day, and no longer"""

_SILENCE: Final = timedelta(seconds=1)
"""no leader is lost and replaced within this"""

_TURN: Final = timedelta(seconds=5)
_ASK_AGAIN_SECONDS: Final = 0.5
_NEW_AT_ONCE: Final = 16 * MOST_KEYS
_OLD_AT_ONCE: Final = 4 * MOST_KEYS


class ReadBack:
    """Goes through ``ledger``: what is new at each turn, what is old round and round.

    What ``citizen`` is denied is noted in ``losses``; what is found again is taken from there.
    ``now`` is the probe's clock.
    """

    def __init__(
        self,
        citizen: Citizen,
        ledger: LedgerFile,
        losses: LossRecord,
        now: Callable[[], datetime],
    ) -> None:
        self._citizen = citizen
        self._ledger = ledger
        self._losses = losses
        self._now = now
        self._new = ledger.place_of(now() - LATELY)
        self._old = 0
        self._last: LedgerEntry | None = None
        """the newest acknowledgement that was read back"""

    async def turn(self) -> None:
        """Read back the losses, what is new, and a stretch of what is old.

        What got no answer is asked for again at the next turn.

        Raises:
            Rejected: what is lost is known, and could not be kept on disk.
        """
        losses = self._losses.all()
        ids = await self._ids_of([loss.key for loss in losses], patience=_TURN)
        for loss in losses:
            if loss.id in ids.get(loss.key, ()):
                self._losses.forget(loss.key)
        entries, self._new = await self._stretch(self._new, most=_NEW_AT_ONCE)
        self._follow(entries)
        _, self._old = await self._stretch(self._old, most=_OLD_AT_ONCE)
        if self._old >= self._ledger.end:
            self._old = 0
        await asyncio.to_thread(self._losses.keep)

    async def ids_of(self, entries: Sequence[LedgerEntry]) -> dict[str, list[int]]:
        """Return the ids that the service holds under the key of each of ``entries``.

        Who gives no answer is asked again, for so long as a measure may take; a key that nobody
        answered for by then is missing. One with an empty list is denied.
        """
        length = entries[-1].due_at - entries[0].due_at if entries else timedelta()
        patience = patience_with_reading_back(length)
        ids = await self._ids_of([entry.key for entry in entries], patience=patience)
        self._note(entries, ids)
        return ids

    async def _stretch(self, place: int, *, most: int) -> tuple[list[LedgerEntry], int]:
        """Return what was promised from ``place`` on, and where to go on from.

        That is ``place`` again, and nothing, if there was no answer for some of it.
        """
        entries, behind = await asyncio.to_thread(self._ledger.after, place, most=most)
        since = self._now() - WITHIN
        promised = [
            entry
            for entry in entries
            if entry.outcome is WriteOutcome.OK and entry.ended_at >= since
        ]
        ids = await self._ids_of([entry.key for entry in promised], patience=_TURN)
        self._note(promised, ids)
        return (promised, behind) if len(ids) == len(promised) else ([], place)

    async def _ids_of(self, keys: Sequence[str], *, patience: timedelta) -> dict[str, list[int]]:
        ends_at = self._now() + patience
        waiting = deque(keys[n : n + MOST_KEYS] for n in range(0, len(keys), MOST_KEYS))
        ids: dict[str, list[int]] = {}
        while waiting and self._now() < ends_at:
            batch = waiting.popleft()
            try:
                ids |= await self._citizen.ids_of(batch)
            except NotSeen:
                waiting.append(batch)
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return ids

    def _note(self, entries: Sequence[LedgerEntry], ids: Mapping[str, Sequence[int]]) -> None:
        for entry in entries:
            if entry.id is None or entry.key not in ids:
                continue
            if entry.id in ids[entry.key]:
                self._losses.forget(entry.key)
            else:
                self._losses.note(KnownLoss(entry.key, entry.id, entry.ended_at, self._now()))

    def _follow(self, acknowledged: Sequence[LedgerEntry]) -> None:
        """Go back by ``LATELY`` where another leader may have taken over."""
        for entry in acknowledged:
            if self._last is not None and entry.sequence <= self._last.sequence:
                continue
            if self._last is not None and _may_have_changed(self._last, entry):
                self._new = min(self._new, self._ledger.place_of(entry.ended_at - LATELY))
            self._last = entry


def _may_have_changed(before: LedgerEntry, after: LedgerEntry) -> bool:
    """Tell whether between two acknowledgements another leader may have taken over."""
    return before.site != after.site or after.ended_at - before.ended_at > _SILENCE
