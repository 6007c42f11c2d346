"""Decides which links a router avoids: those far from what is declared of them. Pure.

To avoid a link is to prefer any other way to it, not to close it: routes that came over it carry
the community ``graceful-shutdown`` (RFC 8326), by which every router of every site prefers others.
So the last way is never taken away, and where all ways are bad all are used as before. Both
ends measure the same round trips, and each acts for the direction in which it sends.

A link that is dead is no matter of ours: BFD ends its session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import groupby, takewhile
from typing import Final, TypeVar

KeyT = TypeVar("KeyT")

RECEIVE: Final = "RECEIVE"
"""the route-map for what other sites tell us"""
AVOID: Final = "AVOID"
"""the same, over a link that is avoided for now; ``ndc-detour`` puts it there and takes it away"""

INTERVAL: Final = timedelta(seconds=0.2)
"""between two echoes"""
REMEMBERED: Final = timedelta(seconds=12)
"""older echoes decide nothing"""

_SLACK: Final = timedelta(milliseconds=50)
"""what a busy router may add to a short round trip"""
_IN_A_ROW: Final = 4
"""so many late echoes are no accident"""
_IN_A_ROW_EVERYWHERE: Final = 20
"""and so many, where every link of a router is late: rather that router is, for a moment"""

_LOSSES_OVER: Final = timedelta(seconds=10)
_LOST_AFTER: Final = timedelta(seconds=1.5)
_FEWEST: Final = 40
"""known echoes, to judge by"""
_MOST_LOST: Final = 6
"""of some fifty: one in eight"""
_DEAD: Final = 6
"""so many lost in a row: by then BFD has ended the session, and that is told of the link"""

_CALM_OVER: Final = timedelta(seconds=5)
_CALM_FEWEST: Final = 20
_CALM_BAD: Final = 1
"""of those, so many may be bad"""
_CALM: Final = timedelta(seconds=5)
"""for so long more it must stay calm, the first time"""
_LONGEST_CALM: Final = timedelta(minutes=5)
_FLAPS_WITHIN: Final = timedelta(minutes=5)
"""who is bad again so soon must be calm for twice as long"""


class LinkTrouble(StrEnum):
    """Why a link is avoided."""

    SLOW = "slow"
    LOSSY = "lossy"


@dataclass(frozen=True, slots=True)
class Echo:
    """One echo over a link."""

    sent_at: timedelta
    """since boot"""
    took: timedelta | None
    """None: it is not back"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a link stands with a router at one of its ends."""

    trouble: LinkTrouble | None = None
    """None: it is used"""
    calm_since: timedelta | None = None
    """since boot; None: it is not calm, or is used anyway"""
    calm_needed: timedelta = _CALM
    used_since: timedelta | None = None
    """when it was last used again; None: it was never avoided, as far as is known"""


@dataclass(frozen=True, slots=True)
class WatchedLink:
    """What is known of a link."""

    declared: timedelta
    """its round trip"""
    echoes: Sequence[Echo]
    """by when they were sent"""
    standing: Standing


def judged(links: Mapping[KeyT, WatchedLink], now: timedelta) -> dict[KeyT, Standing]:
    """Return how each link of one router stands at ``now``, which is counted since boot."""
    rows = {key: _bad_in_a_row(link, now) for key, link in links.items()}
    is_everywhere = len(rows) > 1 and all(len(row) >= _IN_A_ROW for row in rows.values())
    enough = _IN_A_ROW_EVERYWHERE if is_everywhere else _IN_A_ROW
    return {
        # that some came back, late, tells a slow link from a dead one
        key: _judged(
            link,
            now,
            is_slow=len(rows[key]) >= enough and any(echo.took is not None for echo in rows[key]),
        )
        for key, link in links.items()
    }


def _judged(link: WatchedLink, now: timedelta, *, is_slow: bool) -> Standing:
    before = link.standing
    if before.trouble is None:
        if is_slow:
            return _avoided(before, LinkTrouble.SLOW, now)
        return _avoided(before, LinkTrouble.LOSSY, now) if _is_lossy(link.echoes, now) else before
    if not _is_calm(link, now):
        return replace(before, calm_since=None)
    since = now if before.calm_since is None else before.calm_since
    if now - since >= before.calm_needed:
        return Standing(calm_needed=before.calm_needed, used_since=now)
    return replace(before, calm_since=since)


def _avoided(before: Standing, trouble: LinkTrouble, now: timedelta) -> Standing:
    is_flapping = before.used_since is not None and now - before.used_since < _FLAPS_WITHIN
    needed = min(2 * before.calm_needed, _LONGEST_CALM) if is_flapping else _CALM
    return Standing(trouble, calm_needed=needed, used_since=before.used_since)


def _bad_in_a_row(link: WatchedLink, now: timedelta) -> list[Echo]:
    """Return the newest echoes, back to the last one that was in time."""
    bound = link.declared + max(link.declared, _SLACK)
    decided = (e for e in reversed(link.echoes) if e.took is not None or now - e.sent_at > bound)
    return list(takewhile(lambda echo: echo.took is None or echo.took > bound, decided))


def _is_lossy(echoes: Sequence[Echo], now: timedelta) -> bool:
    ages = ((echo, now - echo.sent_at) for echo in echoes)
    known = [e for e, age in ages if _LOST_AFTER < age <= _LOST_AFTER + _LOSSES_OVER]
    rows = [(is_lost, len([*row])) for is_lost, row in groupby(known, lambda e: e.took is None)]
    lost = sum(length for is_lost, length in rows if is_lost and length < _DEAD)
    return len(known) >= _FEWEST and lost > _MOST_LOST


def _is_calm(link: WatchedLink, now: timedelta) -> bool:
    # closer to what is declared than what makes it bad: in between nothing changes
    bound = link.declared + max(link.declared, _SLACK) / 2
    recent = [echo for echo in link.echoes if now - echo.sent_at <= _CALM_OVER]
    known = [echo for echo in recent if echo.took is not None or now - echo.sent_at > bound]
    bad = sum(echo.took is None or echo.took > bound for echo in known)
    return len(known) >= _CALM_FEWEST and bad <= _CALM_BAD
