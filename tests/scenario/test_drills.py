"""Every declared drill, played in the simulated copy of the declared network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from dr.drills.drill_text import story_text, tabletop_text
from dr.drills.story import Story
from dr.planning.plan import Intent
from dr.simulation.playing import play
from inventory.model import DrillEntry
from inventory.names import DrillName, SiteName
from inventory.network import Network
from inventory.practice import Statement, Taken
from inventory.promises import LastCopy
from tests.conftest import Golden
from tests.networks import DECLARED, PORTAL_ALONE, declared, network

GOLDEN = Path(__file__).resolve().parents[1] / "golden/drills"
DRILLS = declared(DECLARED).drills
SITE_LOSS = DrillName("site-loss")


def _network(profile: str = "compact", *folders: Path) -> Network:
    # the digest would change golden files with every word of the default inventory
    return replace(network(profile, *folders), digest="0123456789abcdef" * 4)


def _played(name: DrillName, drill: DrillEntry | None = None, *, carried: bool = True) -> Story:
    return play(_network(), name, drill or DRILLS[name], carried=carried)


@pytest.mark.parametrize("profile", ["tiny", "compact"])
@pytest.mark.parametrize("name", DRILLS)
def test_a_declared_drill_passes(name: DrillName, profile: str) -> None:
    story = play(_network(profile), name, DRILLS[name], carried=True)

    assert story.passed, story_text(story)


@pytest.mark.parametrize("name", DRILLS)
def test_the_same_seed_tells_the_same_story(name: DrillName) -> None:
    assert story_text(_played(name)) == story_text(_played(name))


def test_a_drill_on_the_table_is_read_like_this(golden: Golden) -> None:
    golden(GOLDEN / "tabletop.txt", tabletop_text(_played(SITE_LOSS, carried=False)) + "\n")


def test_a_rehearsal_is_read_like_this(golden: Golden) -> None:
    golden(GOLDEN / "rehearsal.txt", story_text(_played(SITE_LOSS)) + "\n")


def test_a_drill_on_the_table_carries_nothing() -> None:
    story = _played(SITE_LOSS, carried=False)

    assert story.plan is not None
    assert story.plan.basis.intent is Intent.FAILOVER
    assert (story.lines, story.after) == ((), {})


def test_the_gap_counts_from_the_loss_and_not_from_the_plan() -> None:
    story = _played(SITE_LOSS)

    assert story.measure is not None
    assert story.measure.gap.length > story.detected_after > timedelta()


def test_a_hypothesis_that_does_not_hold_fails_the_drill() -> None:
    wrong = DRILLS[SITE_LOSS].model_copy(update={"after": (Statement.STAYED,)})

    story = _played(SITE_LOSS, wrong)

    assert story.after == {Statement.STAYED: False}
    assert not story.passed
    assert "drill site-loss: FAILED" in story_text(story)


def test_stores_whose_writer_is_taken_begin_elsewhere_as_in_an_emergency() -> None:
    story = _played(SITE_LOSS)

    assert story.plan is not None
    moved = {one.store: (one.source, one.target) for one in story.plan.basis.stores}
    assert moved == dict.fromkeys(["general-specialised", "general-aggregate"], ("ndc01", "ndc02"))


def test_a_plan_that_a_rule_refuses_fails_the_drill_with_the_rules_words() -> None:
    # nobody else may serve it: its only refuge has a far copy, and one is left that has all
    net = _network("compact", *PORTAL_ALONE)
    service = replace(net.services[0], refuges=(SiteName("ndc03"),))
    story = play(replace(net, services=(service,)), SITE_LOSS, DRILLS[SITE_LOSS], carried=True)

    assert not story.passed
    assert story.plan is None
    assert "may have every acknowledged write of general-db" in story_text(story)


def test_a_drill_does_not_begin_where_all_is_not_as_it_has_to_be() -> None:
    net = _network("compact", *PORTAL_ALONE)
    (database,) = net.databases
    alone = tuple(member for member in database.members if member.site == database.home)
    lonely = replace(database, members=alone, last_copy=LastCopy.CONTINUE)

    with pytest.raises(PlanRefused) as refused:
        play(replace(net, databases=(lonely,)), SITE_LOSS, DRILLS[SITE_LOSS], carried=True)

    assert "site-loss does not begin" in refused.value.what
    assert "protected" in (refused.value.actual or "")


def test_what_is_borne_needs_no_plan() -> None:
    names = [name for name, drill in DRILLS.items() if drill.takes in {Taken.PAIR, Taken.VOTER}]

    assert names
    assert [_played(name).plan for name in names] == [None] * len(names)
