"""What an agent has with the other hosts that may serve: their words, and its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import WorldError
from dr.hosts.announcing import (
    LASTING,
    Announcer,
    Checked,
    Company,
    Conduct,
    Fitness,
    Spell,
    announcing,
    is_asked,
    move,
    relied_on,
    waits,
    word_of,
)
from dr.onhost.announcers import Announcers
from dr.placement import Placement
from inventory.names import HostName, ServiceName

EVERY: Final = timedelta(seconds=2)
"""so often a host beside others looks: nobody is served by one that is ill for longer than two"""
SELDOM: Final = timedelta(seconds=5)
"""so often a host that serves alone at its site does"""
SOON: Final = timedelta(milliseconds=500)
"""while it waits for a fellow's answer, or announced and gave no word yet"""
_IN_TIME: Final = LASTING / 2
"""who learns later than this that it may go does not: its fellow may be gone as well"""


@dataclass(slots=True)
class Fellowship:
    """Of ``host``, which may serve ``services`` beside others at its site."""

    host: HostName
    services: frozenset[ServiceName]
    """no others: this host serves alone here, if at all"""
    announcers: Announcers
    clock: Clock
    out: dict[ServiceName, str] = field(default_factory=dict)
    """services that are placed here and not announced, and why"""
    _spells: dict[ServiceName, Spell] = field(default_factory=dict)
    _alone: dict[ServiceName, timedelta] = field(default_factory=dict)
    _waiting: set[ServiceName] = field(default_factory=set)
    _spent: dict[ServiceName, int] = field(default_factory=dict)
    """the revision of the answer that was relied on, whatever came of it"""
    _words: Mapping[ServiceName, Sequence[Announcer]] = field(default_factory=dict)
    _failure: WorldError | None = None

    @property
    def pause(self) -> timedelta:
        """How long until the next look."""
        if self._waiting:
            return SOON
        return EVERY if self.services else SELDOM

    def read(self) -> None:
        """Read what everybody says; where it cannot be read, ``company`` raises why."""
        try:
            self._words, self._failure = self.announcers.standing(), None
        except WorldError as error:
            self._words, self._failure = {}, error

    def leave(self, service: ServiceName) -> None:
        """Say nothing of ``service``, which is placed elsewhere."""
        self._forget(service)
        if self._own(service) is not None:
            self.announcers.take_back(service)

    def company(
        self, service: ServiceName, epoch: int, checked: Checked, *, announced: bool
    ) -> Company:
        """Return how ``service`` stands; it was ``checked`` after the words came.

        Raises:
            WorldError: nobody can tell what the fellows say.
        """
        if self._failure is not None:
            raise self._failure
        now = self.clock.elapsed()
        before = self._spells.get(service, Spell(checked, now))
        self._spells[service] = before.after(checked, now)
        company = Company(
            epoch=epoch,
            announced=announced,
            own=self._own(service),
            fellows=tuple(one for one in self._said_of(service) if one.host != self.host),
            spell=self._spells[service],
            alone_since=None,
            now=now,
            spent=self._spent.get(service, 0),
        )
        if announcing(company):
            self._alone.pop(service, None)
        else:
            self._alone.setdefault(service, now)
        return replace(company, alone_since=self._alone.get(service))

    def next(self, service: ServiceName, company: Company) -> Conduct:
        """Return what is next about ``service``, and remember how it stands."""
        chosen = move(company)
        self._waiting.discard(service)
        if waits(company) or chosen is Conduct.ANNOUNCE:
            self._waiting.add(service)
        self.out.pop(service, None)
        if chosen is Conduct.STAY_OUT and company.spell.fitness is not Fitness.WELL:
            self.out[service] = company.spell.checked.why
        return chosen

    def tell(self, service: ServiceName, company: Company) -> None:
        """Give our word on ``service``."""
        self.announcers.tell(service, word_of(company))

    def answer(self, service: ServiceName, company: Company) -> None:
        """Give our word on ``service``, which only we serve here, as long as somebody asks."""
        if not is_asked(company):
            if company.own is not None:
                self.take_back(service)
        elif company.own is None or company.own.word != word_of(company):
            self.tell(service, company)

    def take_back(self, service: ServiceName) -> None:
        """Take our word on ``service`` back."""
        self.announcers.take_back(service)

    def may_go(self, service: ServiceName, placement: Placement, company: Company) -> bool:
        """Take our word back for a fellow's; True: this host may withdraw ``service`` now."""
        own, other = company.own, relied_on(company)
        if own is None or other is None:
            return False
        self._spent[service] = other.revision
        asked = self.clock.elapsed()
        gone = self.announcers.stand_down(service, placement, own, other)
        return gone and self.clock.elapsed() - asked < _IN_TIME

    def _own(self, service: ServiceName) -> Announcer | None:
        return next((one for one in self._said_of(service) if one.host == self.host), None)

    def _said_of(self, service: ServiceName) -> Sequence[Announcer]:
        return self._words.get(service, ())

    def _forget(self, service: ServiceName) -> None:
        self.out.pop(service, None)
        self._alone.pop(service, None)
        self._waiting.discard(service)
