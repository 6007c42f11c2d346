"""What each way of a link loses, from what both of its ends count. Pure.

Each end sends the other numbered packets, *tallies*, and says in each what it counted of those
that came. So an end knows what is lost on the way to it by the numbers that are missing, and what
is lost on the way from it by what the other end says, which is heard as long as anything comes.
Nobody answers a tally: whoever sends one makes nobody send another.

Counts that begin anew are compared with none from before: what was lost meanwhile is not known.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

LARGEST_SESSION: Final = 2**64 - 1

_MARK = b"ndc\x01"
_FORMAT = struct.Struct("!4s6Q")

_REMEMBERED = timedelta(minutes=1)
"""losses are those of so long"""
_STALE = timedelta(seconds=30)
"""for so long what was heard last tells of a way, and a socket has room for what comes"""
_ON_THE_WAY = timedelta(seconds=2)
"""what did not come in so long is lost"""
_FEWEST = 8
"""tallies, to judge a way by"""
_BEHIND = 64
"""who comes so many numbers late comes too late"""
_AHEAD = 4096
"""a number so far ahead is the beginning of another count"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What an end counted of one session of the other."""

    session: int
    """0: nothing came"""
    first: int
    """the number with which counting began"""
    highest: int
    came: int
    """how many of the numbers from the first to the highest"""


_NOTHING = Counted(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """One numbered packet."""

    session: int
    """drawn when the sender began to number; never 0"""
    number: int
    """from 1"""
    counted: Counted
    """by the sender, of the tallies of the receiver"""

    def packed(self) -> bytes:
        """Return what is sent."""
        counted = self.counted
        return _FORMAT.pack(
            _MARK,
            self.session,
            self.number,
            counted.session,
            counted.first,
            counted.highest,
            counted.came,
        )


def tallies_in(packets: Iterable[bytes]) -> Iterator[Tally]:
    """Yield the tallies among ``packets``, in their order."""
    for packet in packets:
        if len(packet) == _FORMAT.size and packet.startswith(_MARK):
            _, session, number, *counted = _FORMAT.unpack(packet)
            if session and number:
                yield Tally(session, number, Counted(*counted))


@dataclass(frozen=True, slots=True)
class WayLosses:
    """What each way of a link lost in the last minute, 0 to 1; None: that is not known."""

    outward: float | None
    inward: float | None


class LinkTallies:
    """One end of a link, numbering its tallies under ``session``.

    Moments are counted since boot, and none lies before the one before.
    """

    def __init__(self, session: int) -> None:
        self._session = session
        self._number = 0
        self._sent: deque[tuple[timedelta, int]] = deque()
        """of which the other end may not have said anything yet"""
        self._due = 0
        """up to which number it would have, had they come"""
        self._heard_at: timedelta | None = None
        self._count = _TallyCount()
        self._outward, self._inward = _Way(), _Way()

    def next(self, now: timedelta) -> Tally:
        """Return the tally to be sent at ``now``."""
        self._number += 1
        self._sent.append((now, self._number))
        return Tally(self._session, self._number, self._count.counted)

    def hear(self, tallies: Iterable[Tally], now: timedelta) -> None:
        """Take what came since this was last called."""
        came = list(tallies)
        before, self._heard_at = self._heard_at, now
        if before is None or now - before > _STALE:
            # nobody took what came: some of it may have found no room
            self._count, came = _TallyCount(), []
        if before is not None:
            self._expect(before - _ON_THE_WAY)  # what comes now was said after that
        newest = None
        for tally in came:
            self._count.take(tally)
            if tally.number == self._count.counted.highest:
                newest = tally
        if newest is not None:
            self._note(newest.session, newest.counted, now)

    def losses(self, now: timedelta) -> WayLosses:
        """Return what is known at ``now``."""
        return WayLosses(self._outward.loss_ratio(now), self._inward.loss_ratio(now))

    def _expect(self, sent_before: timedelta) -> None:
        while self._sent and self._sent[0][0] < sent_before:
            self._due = self._sent.popleft()[1]

    def _note(self, session: int, said: Counted, now: timedelta) -> None:
        """Note what we counted of ``session``, and what it said of us."""
        if said.session != self._session:
            said = _NOTHING
        ours = self._count.counted
        self._inward.note(now, (session, ours.first), ours.highest, ours.came)
        self._outward.note(now, (session, said.first), max(said.highest, self._due), said.came)


class _TallyCount:
    """Counts the tallies of the session that was heard last, each number once."""

    def __init__(self) -> None:
        self.counted = _NOTHING
        self._arrivals = 0
        """a bit a number, from the highest down"""

    def take(self, tally: Tally) -> None:
        counted, number = self.counted, tally.number
        ahead = number - counted.highest
        if tally.session != counted.session or ahead > _AHEAD:
            self.counted, self._arrivals = Counted(tally.session, number, number, 1), 1
        elif ahead > 0:
            self.counted = replace(counted, highest=number, came=counted.came + 1)
            self._arrivals = (self._arrivals << min(ahead, _BEHIND) | 1) % (1 << _BEHIND)
        elif number > counted.first and ahead > -_BEHIND and not self._arrivals >> -ahead & 1:
            self.counted = replace(counted, came=counted.came + 1)
            self._arrivals |= 1 << -ahead


@dataclass(frozen=True, slots=True)
class _Point:
    at: timedelta
    beginning: tuple[int, int]
    """of the count; counts of different beginnings are not compared"""
    sent: int
    came: int


class _Way:
    """How many went one way, and how many of them came, in the last minute."""

    def __init__(self) -> None:
        self._points: deque[_Point] = deque()

    def note(self, at: timedelta, beginning: tuple[int, int], sent: int, came: int) -> None:
        if self._points and self._points[-1].beginning != beginning:
            self._points.clear()
        self._points.append(_Point(at, beginning, sent, came))
        self._forget(at)

    def loss_ratio(self, now: timedelta) -> float | None:
        self._forget(now)
        if not self._points or now - self._points[-1].at > _STALE:
            return None
        first, last = self._points[0], self._points[-1]
        sent = last.sent - first.sent
        if sent < _FEWEST:
            return None
        return min(1.0, max(0.0, 1 - (last.came - first.came) / sent))

    def _forget(self, now: timedelta) -> None:
        while self._points and now - self._points[0].at > _REMEMBERED:
            self._points.popleft()
