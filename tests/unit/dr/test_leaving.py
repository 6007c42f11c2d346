"""A host that still announces what is placed elsewhere: it asks, and goes only when answered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Rejected, Unreachable
from core.runs.plan import RunName
from dr.hosts.announcing import AnnouncerWord, Checked, Fitness
from dr.onhost.fellowship import SELDOM, SOON
from dr.placement import Claim, Placement
from inventory.etcd import announcers
from tests.unit.dr.one_host import ELSEWHERE, HERE, OTHER, OWN, PORTAL, Stage
from tests.unit.dr.two_hosts import HOME, NETWORK, ONE, REFUGE, REFUGE_HOST, TWO, Site


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "ndc")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.place(HOME, 1)
    made.boot(ONE)
    made.boot(TWO)
    made.rounds(2)
    return made


def test_what_is_placed_elsewhere_stays_until_a_host_there_answers_that_it_serves(
    stage: Stage,
) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)

    stage.look()
    asked = (stage.said(), stage.fellowship.pause)
    for fitness in (Fitness.TROUBLED, Fitness.ILL):
        stage.answer(fitness=fitness)
        stage.look()
    unserved = stage.announced
    stage.answer()
    done = stage.look()

    assert asked == ({OWN: Fitness.LEAVING}, SOON)
    assert unserved
    assert done == [f"withdraw-service of {PORTAL}, placed at ndc02 in epoch 2: done"]
    assert (stage.announced, stage.said()) == (False, {OTHER: Fitness.WELL})


def test_a_word_that_is_no_answer_or_of_another_epoch_lets_nobody_go(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.elsewhere.tell(PORTAL, AnnouncerWord(2, Fitness.WELL))

    stage.look()
    stage.look()
    before = stage.announced
    stage.elsewhere.take_back(PORTAL)
    stage.answer(epoch=1)
    stage.look()

    assert before
    assert stage.announced


def test_an_answer_that_was_of_no_use_is_asked_for_anew(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.look()
    stage.answer()
    stage.records.swap_placement(PORTAL, Placement(ELSEWHERE, 2, None), Placement(HERE, 3, None))

    with pytest.raises(Rejected):
        stage.look()
    moved_back = stage.announced
    held = stage.records.claim(PORTAL).taken(RunName("move"), 1)
    assert held is not None
    stage.records.swap_claim(PORTAL, Claim(None), held)
    stage.look()
    claimed = stage.announced
    stage.records.swap_claim(PORTAL, held, held.released(RunName("move")))
    stage.records.swap_placement(PORTAL, Placement(HERE, 3, None), Placement(ELSEWHERE, 2, None))
    stage.look()
    unanswered = stage.announced
    stage.answer()
    stage.look()

    assert moved_back
    assert claimed
    assert unanswered
    assert not stage.announced


def test_an_answer_is_relied_on_once_also_where_it_could_not_be_asked_for_anew(
    stage: Stage,
) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.look()
    stage.answer()
    held = Claim(None).taken(RunName("move"), 1)
    assert held is not None
    stage.records.swap_claim(PORTAL, Claim(None), held)
    stage.etcd.stalls = True

    with pytest.raises(Unreachable):
        stage.look()
    stage.etcd.stalls = False
    stage.records.swap_claim(PORTAL, held, held.released(RunName("move")))
    stage.look()
    unanswered = stage.announced
    stage.answer()
    stage.look()

    assert unanswered
    assert not stage.announced


def test_who_asks_no_longer_looks_seldom_again(stage: Stage) -> None:
    stage.place(HERE, 1)
    stage.look()
    stage.place(ELSEWHERE, 2)
    stage.look()
    stage.clock.sleep(timedelta(seconds=10))

    stage.look()

    assert stage.announced
    assert stage.fellowship.pause == SELDOM


def test_who_serves_alone_says_so_as_long_as_somebody_asks(stage: Stage) -> None:
    stage.place(HERE, 2)
    stage.look()
    stage.look()
    unasked = stage.said()

    stage.elsewhere.tell(PORTAL, AnnouncerWord(2, Fitness.LEAVING))
    stage.look()
    asked = stage.said()
    stage.ails = "HTTP 502"
    stage.look()
    ill = stage.said()
    stage.elsewhere.take_back(PORTAL)
    stage.look()

    assert unasked == {}
    assert asked == {OTHER: Fitness.LEAVING, OWN: Fitness.WELL}
    assert ill == {OTHER: Fitness.LEAVING, OWN: Fitness.ILL}
    assert (stage.said(), stage.announced) == ({}, True)


def test_nobody_says_anything_of_what_is_placed_elsewhere(site: Site) -> None:
    site.place(REFUGE, 2)
    site.rounds(2)
    unanswered = site.announcing
    site.refuge_answers(2)
    site.rounds(2)

    assert site.rounds(2) == []
    assert unanswered == {ONE, TWO}
    assert (site.announcing, set(site.words())) == (set(), {REFUGE_HOST})


def test_an_agent_that_may_read_no_word_leaves_everything_as_it_is(site: Site) -> None:
    site.etcd.refuses = announcers(NETWORK.environment)
    site.becomes(ONE, Checked(Fitness.ILL, "connection refused"))

    site.rounds(5)
    before = site.announcing
    site.place(REFUGE, 2)
    site.rounds(3)

    assert before == {ONE, TWO}
    assert site.announcing == {ONE, TWO}
