"""What one observer saw of the others, and says of them; how its words are kept. Pure.

It counts on its own clock alone, and says how long something lasted. What it did not see itself it
does not say: who began to look a moment ago knows of nobody that it answered for long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core.errors import Rejected
from core.formats import Format
from inventory.names import HostName

EVERY: Final = timedelta(seconds=2)
"""so often an observer looks"""
STEADY: Final = timedelta(seconds=10)
"""who was silent answers for so long before it counts as alive again"""
GAP: Final = timedelta(seconds=6)
"""who did not look for longer knows nothing of the time between"""
ANEW: Final = timedelta(seconds=10)
"""after so long it says anew that all is well: by then all were well for longer"""
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SightWord:
    """What an observer says of the others, under a lease: no word, no observer."""

    looked: timedelta
    """when, since its boot: for people who compare words of one observer"""
    silent: Mapping[HostName, timedelta] = field(default_factory=dict)
    """who does not answer it, and for how long up to then"""
    back: Mapping[HostName, timedelta] = field(default_factory=dict)
    """who answers again, and for how long, until that is steady"""
    steady: Mapping[HostName, timedelta] = field(default_factory=dict)
    """who answers it without a break, and for how long at least; absent: it does not know"""

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is silent, nor was a moment ago."""
        return not (self.silent or self.back)

    def is_news(self, own: SightWord | None) -> bool:
        """Whether it has to be told where ``own`` stands, of the same observer; None: none does."""
        if own is None or not self.is_quiet or not own.is_quiet:
            return True
        return self.looked - own.looked >= ANEW


@dataclass(frozen=True, slots=True)
class Lookout:
    """What an observer remembers of its looks; every time is since its boot."""

    looked: timedelta | None = None
    """None: it did not look yet, or not for so long that it begins anew"""
    silent: Mapping[HostName, timedelta] = field(default_factory=dict)
    """since when"""
    back: Mapping[HostName, timedelta] = field(default_factory=dict)
    steady: Mapping[HostName, timedelta] = field(default_factory=dict)
    """since when each answered every look"""

    def after(
        self, hosts: Collection[HostName], answering: Collection[HostName], now: timedelta
    ) -> Lookout:
        """Return it once of ``hosts`` those ``answering`` answered a look that began at ``now``."""
        well = [host for host in hosts if host in answering]
        missed = [host for host in hosts if host not in answering]
        if self.looked is None or now - self.looked > GAP:
            return Lookout(now, dict.fromkeys(missed, now), {}, dict.fromkeys(well, now))
        back = {
            host: since
            for host in well
            if host in {*self.silent, *self.back}
            and now - (since := self.back.get(host, now)) < STEADY
        }
        return Lookout(
            now,
            {host: self.silent.get(host, now) for host in missed},
            back,
            {host: self.steady.get(host, now) for host in well},
        )

    def word(self) -> SightWord:
        """Return what it says after its last look; there was one."""
        at = self.looked or timedelta()
        return SightWord(
            at,
            {host: at - since for host, since in self.silent.items()},
            {host: at - since for host, since in self.back.items()},
            {host: (at - since) // _SECOND * _SECOND for host, since in self.steady.items()},
        )


_WORD: TypeAdapter[SightWord] = TypeAdapter(SightWord)


def sight_word_text(word: SightWord) -> str:
    """Return ``word`` as it is kept."""
    return Format.SIGHT.text(_WORD.dump_python(word, mode="json"))


def read_sight_word(text: str) -> SightWord:
    """Return the word that ``text`` holds.

    Raises:
        Rejected: it holds none, or one of a format that is not read.
    """
    Format.SIGHT.demand(text, "an observer's word")
    try:
        return _WORD.validate_json(text)
    except ValidationError:
        raise Rejected(
            "an observer's word cannot be read",
            expected='{"looked": …, "silent": …, "back": …, "steady": …}',
            actual=text[:80],
            next_step="it counts for nothing; its lease ends with the observer that gave it",
        ) from None


def read_sight_words(prefix: str, pairs: Iterable[tuple[str, str]]) -> dict[HostName, SightWord]:
    """Return the word of each observer, of ``pairs`` (key, text) whose keys go on after ``prefix``.

    What cannot be read is nobody's word.
    """
    words: dict[HostName, SightWord] = {}
    for key, text in pairs:
        if key.startswith(prefix):
            with suppress(Rejected):
                name = key.removeprefix(prefix).partition("/")[0]
                words[HostName(name)] = read_sight_word(text)
    return words
