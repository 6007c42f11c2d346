"""Whether a host goes on announcing a service, ill or left over: one table, for its agent. Pure.

Each host of a site that may serve has a key for as long as its agent lives: its word on whether it
serves. A host withdraws for a reason of its own, in the transaction that deletes its key, and only
where a fellow says that it serves. That word must be an answer: the fellow looked at itself after
it had read that this host is ill. So of two that are ill in one instant, none goes.

A host goes the same way that announces what is placed elsewhere by now: whoever took its place may
be gone as well. Who serves alone at its site gives its word only where it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum, auto
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core.errors import Rejected
from core.formats import Format
from inventory.names import HostName

LASTING: Final = timedelta(seconds=10)
"""an agent or a controller that is gone, or cut off, says nothing after this"""
STEADY: Final = timedelta(seconds=5)
"""who was withdrawn serves for so long before it announces again"""
ALONE: Final = timedelta(seconds=10)
"""who is ill announces again when nobody else did for so long: an error is better than silence"""


class Fitness(StrEnum):
    """What a host found when it asked its own service as a citizen does."""

    WELL = "well"
    """it answered"""
    ILL = "ill"
    """it cannot, for a reason of this host's own: a process, a disk"""
    TROUBLED = "troubled"
    """the application itself says that it cannot: what it needs may be everybody's"""
    LATE = "late"
    """no answer in time, from whomever it depends on"""
    LEAVING = "leaving"
    """nobody asked how it is: it is placed at another site, and was not withdrawn here"""


_GOES: Final = frozenset({Fitness.ILL, Fitness.LEAVING})
"""who is so withdraws, if it may"""


@dataclass(frozen=True, slots=True)
class Checked:
    """One finding, with its reason."""

    fitness: Fitness
    why: str = ""
    """in words; empty where it is well"""


@dataclass(frozen=True, slots=True)
class Spell:
    """How a service has been on this host; ``since`` and every other time are since boot."""

    checked: Checked
    since: timedelta
    """when this finding was made first, without another since"""

    @property
    def fitness(self) -> Fitness:
        """What was found last."""
        return self.checked.fitness

    def after(self, checked: Checked, now: timedelta) -> Spell:
        """Return it once ``checked`` was found at ``now``."""
        same = checked.fitness is self.fitness
        return Spell(checked, self.since if same else now)


@dataclass(frozen=True, slots=True)
class AnnouncerWord:
    """What an announcer says of itself, under a lease: no word, no announcer."""

    epoch: int
    """of the placement that it knows"""
    fitness: Fitness
    """as it found itself"""
    answers: int = 0
    """the revision of the last word of who would go that it had read when it found itself well"""


@dataclass(frozen=True, slots=True)
class Announcer:
    """A word that stands now, whose it is, and the revision of etcd that made it."""

    host: HostName
    word: AnnouncerWord
    revision: int


@dataclass(frozen=True, slots=True)
class Company:
    """How one service stands at one site, as one of its hosts knows."""

    epoch: int
    """of the placement"""
    announced: bool
    """whether the address is on this host"""
    own: Announcer | None
    """our word; None: none stands that this agent gave"""
    fellows: tuple[Announcer, ...]
    """whose words stand, at any epoch and site"""
    spell: Spell
    """looked at after the words were read"""
    alone_since: timedelta | None
    """since when this host saw no fellow announce; None: one does"""
    now: timedelta
    spent: int = 0
    """the revision of the answer by which this host tried to go; it is relied on once"""


class Conduct(Enum):
    """What a host does next about a service that is placed at its site."""

    STAY = auto()
    """nothing: it announces, and goes on"""
    TELL = auto()
    """give the word that ``word_of`` returns"""
    STAND_DOWN = auto()
    """withdraw, if the key of ``relied_on`` stands in the transaction that deletes the own one"""
    STAY_OUT = auto()
    """nothing: it is withdrawn, and stays so"""
    TAKE_BACK = auto()
    """delete the own word: the address is not here"""
    ANNOUNCE = auto()


def announcing(company: Company) -> tuple[Announcer, ...]:
    """Return the fellows that announce under the present epoch."""
    return tuple(one for one in company.fellows if one.word.epoch == company.epoch)


def word_of(company: Company) -> AnnouncerWord:
    """Return what this host has to say of itself."""
    if company.spell.fitness is not Fitness.WELL:
        return AnnouncerWord(company.epoch, company.spell.fitness)
    illnesses = [one.revision for one in announcing(company) if not _is_well(one)]
    before = company.own.word.answers if company.own else 0
    return AnnouncerWord(company.epoch, Fitness.WELL, answers=max([before, *illnesses]))


def is_asked(company: Company) -> bool:
    """Whether somebody who would go asks whether this host serves."""
    return any(one.word.fitness in _GOES for one in announcing(company))


def relied_on(company: Company) -> Announcer | None:
    """Return the fellow that serves by a word later than ours that we would go; None: none does.

    One by which we tried to go before does not: it is as old as that.
    """
    own = company.own
    if own is None or _is_well(own):
        return None
    return next((one for one in _answers(company, own) if one.revision > company.spent), None)


def _answers(company: Company, own: Announcer) -> Iterator[Announcer]:
    """Yield the fellows that found themselves well after they had read ``own``."""
    for one in announcing(company):
        if one.word.answers >= own.revision and _is_well(one):
            yield one


def waits(company: Company) -> bool:
    """Whether this host goes as soon as a fellow answers that it serves; one may answer soon."""
    if not company.announced or company.spell.fitness not in _GOES:
        return False
    # who serves alone at its site says nothing before it is asked
    is_new = company.now - company.spell.since < ALONE
    leaves = company.spell.fitness is Fitness.LEAVING and is_new
    return leaves or any(_is_well(one) for one in announcing(company))


def move(company: Company) -> Conduct:
    """Return what this host does next; where nothing can be read, nobody asks, and all stays."""
    if not company.announced:
        return _withdrawn(company)
    if company.own is None or company.own.word != word_of(company):
        return Conduct.TELL
    if company.spell.fitness not in _GOES:
        return Conduct.STAY
    if relied_on(company):
        return Conduct.STAND_DOWN
    # who answered may be gone by now
    return Conduct.TELL if any(_answers(company, company.own)) else Conduct.STAY


def _withdrawn(company: Company) -> Conduct:
    if company.own is not None:
        return Conduct.TAKE_BACK
    well = company.spell.fitness is Fitness.WELL
    if announcing(company):
        steady = company.now - company.spell.since >= STEADY
        return Conduct.ANNOUNCE if well and steady else Conduct.STAY_OUT
    alone = company.alone_since is not None and company.now - company.alone_since >= ALONE
    return Conduct.ANNOUNCE if well or alone else Conduct.STAY_OUT


def _is_well(announcer: Announcer) -> bool:
    return announcer.word.fitness is Fitness.WELL


_WORD: TypeAdapter[AnnouncerWord] = TypeAdapter(AnnouncerWord)


def word_text(word: AnnouncerWord) -> str:
    """Return ``word`` as it is kept."""
    return Format.ANNOUNCER.text(_WORD.dump_python(word, mode="json"))


def read_word(text: str) -> AnnouncerWord:
    """Return the word that ``text`` holds.

    Raises:
        Rejected: it holds none, or one of a format that is not read.
    """
    Format.ANNOUNCER.demand(text, "an announcer's word")
    try:
        return _WORD.validate_json(text)
    except ValidationError:
        raise Rejected(
            "an announcer's word cannot be read",
            expected='{"epoch": …, "fitness": …, "answers": …}',
            actual=text[:80],
            next_step="nobody relies on it; its lease ends with the agent that gave it",
        ) from None
