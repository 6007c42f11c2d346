"""Until when a leader may write: its lease, by what Patroni says of each renewal. Pure.

Patroni tells a watchdog of every renewal that a quorum acknowledged. The word may come late, as
Patroni or the whole host may stand still in between. What is sure: a renewal was asked for after
the word of the one before. So a lease is good for its length from that earlier word on, and never
from the word itself. All times are of one clock, that since boot, which goes on in a freeze.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, unique
from typing import Final, TypeAlias, assert_never

_WORD: Final = re.compile(rb"C(?P<setting>[^\n]*)\n|(?P<renewed>1)|(?P<ended>V)")
_LENGTH: Final = re.compile(rb"timeout=(\d{1,5})")


@unique
class LeaseWord(Enum):
    """What Patroni says of its lease, besides its length."""

    RENEWED = "renewed"
    ENDED = "ended"
    """it leads no more, or was told to leave its member alone; nothing is to be guarded"""


Saying: TypeAlias = LeaseWord | timedelta
"""a timedelta: how long after a renewal the leader may write"""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is known of the lease of one member."""

    length: timedelta
    """how long after a renewal the leader may write"""
    earliest: timedelta | None = None
    """no word of a renewal was sent before this; None: this member has no lease to end"""
    good_until: timedelta | None = None
    """None with ``earliest``"""

    @property
    def is_guarded(self) -> bool:
        """Whether it was renewed and not given back."""
        return self.good_until is not None

    def ended(self, now: timedelta) -> bool:
        """Tell whether a lease that was not given back is over at ``now``."""
        return self.good_until is not None and now >= self.good_until

    def given_back(self) -> Lease:
        """Return it with nothing to guard, until the next word."""
        return Lease(self.length)

    def after(self, words: Iterable[Saying], since: timedelta) -> Lease:
        """Return it after ``words``, none of which was sent before ``since``."""
        lease = self
        for word in words:
            match word:
                case timedelta():
                    # whoever begins to lead has just taken its lease
                    until = since if lease.good_until is None else lease.good_until - lease.length
                    lease = Lease(word, lease.earliest or since, until + word)
                case LeaseWord.RENEWED:
                    began = since if lease.earliest is None else lease.earliest
                    lease = replace(lease, earliest=since, good_until=began + lease.length)
                case LeaseWord.ENDED:
                    lease = lease.given_back()
                case _:
                    assert_never(word)
        return lease


def read_words(text: bytes) -> tuple[tuple[Saying, ...], bytes]:
    """Return what ``text`` says, as Patroni writes it to a watchdog, and its unfinished rest."""
    words: list[Saying] = []
    end = 0
    for spoken in _WORD.finditer(text):
        end = spoken.end()
        if spoken["renewed"]:
            words.append(LeaseWord.RENEWED)
        elif spoken["ended"]:
            words.append(LeaseWord.ENDED)
        elif length := _LENGTH.fullmatch(spoken["setting"]):
            words.append(timedelta(seconds=int(length[1])))
    rest = text[end:]
    return tuple(words), rest if rest.startswith(b"C") and len(rest) < _LONGEST else b""


_LONGEST: Final = 100
"""bytes of one word; more without an end is no word"""
