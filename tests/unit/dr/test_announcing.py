"""Who goes on announcing a service: the whole table, and every order in which two hosts look."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from core.errors import Rejected
from dr.hosts.announcing import (
    ALONE,
    STEADY,
    Announcer,
    AnnouncerWord,
    Checked,
    Company,
    Conduct,
    Fitness,
    Spell,
    is_asked,
    move,
    read_word,
    relied_on,
    waits,
    word_of,
)
from inventory.names import HostName

ME, FELLOW = HostName("east-one"), HostName("east-two")
NOW = timedelta(hours=1)
WELL, ILL, LEAVING = Fitness.WELL, Fitness.ILL, Fitness.LEAVING
EPOCH = 7


def _said(host: HostName, fitness: Fitness, revision: int, *, answers: int = 0) -> Announcer:
    return Announcer(host, AnnouncerWord(EPOCH, fitness, answers), revision)


def _company(
    fitness: Fitness,
    own: Announcer | None,
    *fellows: Announcer,
    announced: bool = True,
    ago: timedelta = timedelta(),
    alone: timedelta | None = None,
) -> Company:
    since = None if alone is None else NOW - alone
    spell = Spell(Checked(fitness), NOW - ago)
    return Company(EPOCH, announced, own, fellows, spell, since, NOW)


MINE = _said(ME, ILL, 20)
LEFT = _said(ME, LEAVING, 20)
ANSWERED, BEFORE = _said(FELLOW, WELL, 21, answers=20), _said(FELLOW, WELL, 15, answers=19)
OVER = replace(ANSWERED, word=replace(ANSWERED.word, epoch=EPOCH - 1))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        # it announces and is ill
        (_company(ILL, MINE, ANSWERED), Conduct.STAND_DOWN),
        (_company(ILL, MINE), Conduct.STAY),  # the last announcer
        (_company(ILL, MINE, _said(FELLOW, ILL, 21)), Conduct.STAY),  # both are ill
        (_company(ILL, MINE, _said(FELLOW, ILL, 21, answers=20)), Conduct.STAY),
        (_company(ILL, MINE, BEFORE), Conduct.STAY),  # it may be ill since, too
        (_company(ILL, MINE, OVER), Conduct.STAY),  # of another placement
        (_company(ILL, _said(ME, WELL, 20), ANSWERED), Conduct.TELL),
        (_company(ILL, None, ANSWERED), Conduct.TELL),  # its lease was lost
        (_company(ILL, replace(MINE, word=AnnouncerWord(EPOCH - 1, ILL)), ANSWERED), Conduct.TELL),
        # what may be everybody's trouble
        (_company(Fitness.LATE, _said(ME, Fitness.LATE, 20), ANSWERED), Conduct.STAY),
        (_company(Fitness.TROUBLED, _said(ME, Fitness.TROUBLED, 20), ANSWERED), Conduct.STAY),
        (_company(ILL, _said(ME, Fitness.LATE, 20), ANSWERED), Conduct.TELL),
        # it announces and is well
        (_company(WELL, _said(ME, WELL, 20), ANSWERED), Conduct.STAY),
        (_company(WELL, MINE, ANSWERED), Conduct.TELL),
        (_company(WELL, _said(ME, WELL, 20), _said(FELLOW, ILL, 22)), Conduct.TELL),  # it answers
        (_company(WELL, _said(ME, WELL, 23, answers=22), _said(FELLOW, ILL, 22)), Conduct.STAY),
        # it announces what is placed elsewhere
        (_company(LEAVING, None, ANSWERED), Conduct.TELL),
        (_company(LEAVING, _said(ME, WELL, 20), ANSWERED), Conduct.TELL),
        (_company(LEAVING, LEFT), Conduct.STAY),  # who serves there may be gone
        (_company(LEAVING, LEFT, BEFORE), Conduct.STAY),  # since it said so, too
        (_company(LEAVING, LEFT, OVER), Conduct.STAY),
        (_company(LEAVING, LEFT, _said(FELLOW, LEAVING, 21, answers=20)), Conduct.STAY),
        (_company(LEAVING, LEFT, ANSWERED), Conduct.STAND_DOWN),
        # it is withdrawn
        (_company(ILL, MINE, ANSWERED, announced=False), Conduct.TAKE_BACK),
        (_company(ILL, None, ANSWERED, announced=False, ago=STEADY), Conduct.STAY_OUT),
        (_company(WELL, None, ANSWERED, announced=False, ago=STEADY), Conduct.ANNOUNCE),
        (_company(WELL, None, ANSWERED, announced=False, ago=STEADY - SECOND), Conduct.STAY_OUT),
        (_company(WELL, None, OVER, announced=False), Conduct.ANNOUNCE),  # nobody announces
        (_company(WELL, None, announced=False), Conduct.ANNOUNCE),
        (_company(ILL, None, announced=False, alone=ALONE - SECOND), Conduct.STAY_OUT),
        (_company(ILL, None, announced=False, alone=ALONE), Conduct.ANNOUNCE),
        (_company(Fitness.LATE, None, announced=False, alone=ALONE), Conduct.ANNOUNCE),
    ],
)
def test_the_table(company: Company, expected: Conduct) -> None:
    assert move(company) is expected


def test_a_word_of_illness_answers_nobody() -> None:
    company = _company(ILL, _said(ME, WELL, 20, answers=9), _said(FELLOW, ILL, 22))

    assert word_of(company) == AnnouncerWord(EPOCH, ILL)


def test_a_word_of_health_answers_the_latest_illness_and_forgets_no_earlier_one() -> None:
    third = HostName("east-three")
    ill = (_said(FELLOW, ILL, 22), _said(third, Fitness.LATE, 24))

    assert word_of(_company(WELL, None, *ill)) == AnnouncerWord(EPOCH, WELL, answers=24)
    assert word_of(_company(WELL, _said(ME, WELL, 30, answers=24))).answers == 24


def test_of_several_fellows_any_that_answered_is_relied_on() -> None:
    third = _said(HostName("east-three"), WELL, 22, answers=20)

    assert relied_on(_company(ILL, MINE, BEFORE, third)) == third


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        (_company(ILL, MINE, BEFORE), True),
        (_company(ILL, MINE, _said(FELLOW, ILL, 21)), False),
        (_company(ILL, MINE), False),
        (_company(WELL, MINE, BEFORE), False),
        (_company(ILL, None, BEFORE, announced=False), False),
        # who is alone at its site says nothing before it is asked, and nothing if it is gone
        (_company(LEAVING, LEFT), True),
        (_company(LEAVING, LEFT, ago=ALONE), False),
        (_company(LEAVING, LEFT, BEFORE, ago=ALONE), True),
    ],
)
def test_only_who_may_be_answered_waits(company: Company, *, expected: bool) -> None:
    assert waits(company) is expected


@pytest.mark.parametrize(
    ("fellow", "expected"),
    [
        (_said(FELLOW, LEAVING, 21), True),
        (_said(FELLOW, ILL, 21), True),
        (_said(FELLOW, WELL, 21), False),
        (_said(FELLOW, Fitness.LATE, 21), False),
        (replace(OVER, word=AnnouncerWord(EPOCH - 1, LEAVING)), False),
    ],
)
def test_only_who_would_go_asks_and_only_under_the_present_epoch(
    fellow: Announcer, *, expected: bool
) -> None:
    assert is_asked(_company(WELL, None, fellow)) is expected


def test_a_spell_begins_anew_with_each_other_finding() -> None:
    first = Spell(Checked(ILL, "refused"), SECOND)

    still = first.after(Checked(ILL, "timed out"), 2 * SECOND)
    well = still.after(Checked(WELL), 3 * SECOND)

    assert (still.since, still.checked.why) == (SECOND, "timed out")
    assert (well.since, well.fitness) == (3 * SECOND, WELL)


@pytest.mark.parametrize(
    "text", ["", "{torn", "{}", '{"format": 99, "epoch": 1, "fitness": "well", "answers": 0}']
)
def test_a_word_that_is_none_is_nobodys(text: str) -> None:
    with pytest.raises(Rejected):
        read_word(text)


@dataclass
class Two:
    """Two hosts that announce one service, and what etcd holds of them; both were well."""

    revision: int = 2
    words: dict[HostName, Announcer] = field(
        default_factory=lambda: {ME: _said(ME, WELL, 1), FELLOW: _said(FELLOW, WELL, 2)}
    )
    ill: set[HostName] = field(default_factory=set)
    announced: set[HostName] = field(default_factory=lambda: {ME, FELLOW})

    def seen_by(self, host: HostName) -> Company:
        """Return what ``host`` sees in a look that begins now."""
        return _company(
            ILL if host in self.ill else WELL,
            self.words.get(host),
            *(said for other, said in self.words.items() if other != host),
            announced=host in self.announced,
        )

    def acts(self, host: HostName, company: Company) -> None:
        """Do what ``host`` does once it saw ``company``, which may be old by now."""
        match move(company):
            case Conduct.TELL:
                self.revision += 1
                self.words[host] = Announcer(host, word_of(company), self.revision)
            case Conduct.STAND_DOWN:
                other = relied_on(company)
                assert other is not None
                stands = self.words.get(other.host)
                if self.words.get(host) == company.own and stands == other:  # the transaction
                    del self.words[host]
                    self.announced.discard(host)
            case _:
                pass


STEPS = 9


def _orders() -> list[tuple[str, ...]]:
    """Return every order of reading and acting of two hosts, neither of which does two at once."""
    return list(itertools.product("mf", repeat=STEPS))


def test_of_two_that_are_ill_in_one_instant_none_goes() -> None:
    for order in _orders():
        two, sights = Two(ill={ME, FELLOW}), dict[HostName, Company]()

        for name in order:
            host = ME if name == "m" else FELLOW
            if host in sights:
                two.acts(host, sights.pop(host))
            else:
                sights[host] = two.seen_by(host)

        assert two.announced == {ME, FELLOW}, order


@pytest.mark.parametrize("instant", range(STEPS))
def test_never_do_both_go_whenever_the_second_falls_ill(instant: int) -> None:
    gone = 0
    for order in _orders():
        two, sights = Two(ill={ME}), dict[HostName, Company]()

        for step, name in enumerate(order):
            if step == instant:
                two.ill.add(FELLOW)
            host = ME if name == "m" else FELLOW
            if host in sights:
                two.acts(host, sights.pop(host))
            else:
                sights[host] = two.seen_by(host)

        assert two.announced, order
        gone += two.announced == {FELLOW}
    assert gone or instant < 6  # a word, an answer and the transaction: three looks of two steps


def test_one_that_is_ill_goes_after_its_word_and_an_answer() -> None:
    two = Two(ill={ME})

    for host in (ME, FELLOW, ME):
        two.acts(host, two.seen_by(host))

    assert two.announced == {FELLOW}
