"""What may be lost if a far copy leads: told by what was seen, or nobody can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from dr.facts import Facts, LastWord, MemberFacts, SignsOfLife, Supply
from dr.logs.seam import LogProgress
from dr.planning.bound import CLOCKS_APART, NOTHING, LossBound, bound
from dr.planning.plan import from_text, to_text
from dr.planning.request import Move
from dr.planning.rules.table import refusals
from dr.reporting.plan_text import plan_text
from inventory.names import HostName, SiteName
from inventory.patroni import LEASE
from tests.conftest import Golden
from tests.failovers import Loss, loss
from tests.rehearsals import SERVICE

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
HEIR, LEADER, STANDBY = map(HostName, ("ndc03-data", "ndc01-data", "ndc02-data"))
HAD_ALL = (LEADER, STANDBY)
FAR = SiteName("ndc03")
REASON = "the region burns"

Change = Callable[[Facts], Facts]


@pytest.fixture(scope="module")
def lost() -> Loss:
    return loss("ndc01", "ndc02", well=8)


@pytest.fixture(scope="module")
def facts(lost: Loss) -> Facts:
    seen = lost.facts()[SERVICE]
    own = LogProgress(1, 7_000_000, 7_000_000, shown_at=seen.at - timedelta(seconds=12))
    word = LastWord(LEADER, frozenset({STANDBY}), 7_500_000)
    return replace(seen, progress={HEIR: own}, last_word=word)


def _shown(facts: Facts, ago: timedelta | None) -> Facts:
    shown_at = None if ago is None else facts.at - ago
    return replace(facts, progress={HEIR: LogProgress(1, 7_000_000, 7_000_000, shown_at=shown_at)})


def _powered(facts: Facts) -> Facts:
    on = SignsOfLife(Supply(on=True, life="1"), {})
    return replace(facts, signs={**facts.signs, STANDBY: on})


def test_all_that_is_newer_than_what_the_copy_shows_may_be_lost(facts: Facts) -> None:
    assert bound(facts, HEIR, HAD_ALL) == LossBound(timedelta(seconds=12) + CLOCKS_APART, 500_000)


def test_two_clocks_that_are_each_off_by_what_is_borne_make_the_bound_no_shorter(
    facts: Facts,
) -> None:
    # the leader's half a second ahead, ours as much behind
    shown = bound(_shown(facts, timedelta(seconds=12 - 1)), HEIR, HAD_ALL)

    assert shown.span == timedelta(seconds=12)


def test_who_has_power_may_acknowledge_until_its_lease_has_ended(facts: Facts) -> None:
    at_most = timedelta(seconds=12) + CLOCKS_APART + LEASE
    assert bound(_powered(facts), HEIR, HAD_ALL).span == at_most
    unseen = replace(facts, signs={})
    assert bound(unseen, HEIR, HAD_ALL).span == at_most


def test_a_copy_that_has_more_than_the_leader_told_lacks_nothing_that_is_known(
    facts: Facts,
) -> None:
    word = LastWord(LEADER, frozenset({STANDBY}), 6_000_000)

    assert bound(replace(facts, last_word=word), HEIR, HAD_ALL).log_bytes == 0


@pytest.mark.parametrize("ago", [None, -CLOCKS_APART])
def test_a_copy_that_shows_nothing_or_what_is_to_come_tells_nothing(
    facts: Facts, ago: timedelta | None
) -> None:
    assert bound(_shown(facts, ago), HEIR, HAD_ALL).span is None
    assert bound(_powered(_shown(facts, ago)), HEIR, HAD_ALL).span is None


def test_a_leader_that_told_nothing_leaves_the_bytes_unknown(facts: Facts) -> None:
    silent = replace(facts, last_word=LastWord(LEADER, frozenset({STANDBY}), None))

    assert bound(silent, HEIR, HAD_ALL).log_bytes is None
    assert bound(replace(facts, last_word=None), HEIR, HAD_ALL).log_bytes is None


def test_who_has_all_loses_nothing(facts: Facts) -> None:
    assert bound(facts, STANDBY, ()) == NOTHING


@pytest.mark.parametrize(
    ("loss_bound", "exceeds"),
    [
        (NOTHING, False),
        (LossBound(timedelta(seconds=30), 1), False),
        (LossBound(timedelta(seconds=31), 1), True),
        (LossBound(None, 1), True),
        (LossBound(timedelta(seconds=1), None), True),
    ],
)
def test_what_nobody_can_say_is_too_much(loss_bound: LossBound, exceeds: bool) -> None:  # noqa: FBT001 - a row of a table
    assert loss_bound.exceeds(timedelta(seconds=30)) is exceeds


def _word(leader: HostName | None, *waited_for: HostName) -> Change:
    return lambda facts: replace(facts, last_word=LastWord(leader, frozenset(waited_for), 1))


BAD: dict[str, Change] = {
    "far-too-much": lambda facts: _shown(facts, timedelta(seconds=31)),
    "far-unknown": lambda facts: _shown(facts, None),
    "far-quorum-silent": lambda facts: replace(facts, last_word=None),
    "far-nobody-led": _word(None),
    "far-one-left": _word(LEADER, STANDBY, HostName("ndc03-other")),
    "far-stands-still": lambda facts: replace(
        facts,
        progress={HEIR: replace(facts.progress[HEIR], replayed=1_000_000)},
    ),
    "far-another-leads": lambda facts: replace(
        facts,
        members={HostName("ndc03-other"): MemberFacts(leads=True, streams=False, lag_bytes=None)},
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_far_copy_is_refused_in_these_words(
    case: str, lost: Loss, facts: Facts, golden: Golden
) -> None:
    found = refusals(lost.network, BAD[case](facts), Move(SERVICE, FAR, lost.lost))

    text = "\n\n".join("\n".join(refusal.lines()) for refusal in found) + "\n"
    golden(GOLDEN / f"refusals/{case}.txt", text)


def test_a_loss_within_the_objective_is_refused_nothing(lost: Loss, facts: Facts) -> None:
    assert refusals(lost.network, facts, Move(SERVICE, FAR, lost.lost)) == []


@pytest.mark.parametrize("case", BAD)
def test_a_reason_overrides_a_loss_and_nothing_else(case: str, lost: Loss, facts: Facts) -> None:
    move = Move(SERVICE, FAR, lost.lost, REASON)

    overridden = refusals(lost.network, BAD[case](facts), move) == []

    assert overridden is (case in {"far-too-much", "far-unknown"})


def test_a_plan_that_may_lose_something_reads_like_this(lost: Loss, golden: Golden) -> None:
    plan = lost.plan(accepted_loss=REASON)

    golden(GOLDEN / "plans/failover-region.txt", plan_text(plan, conditions=True) + "\n")
    assert from_text(to_text(plan)) == plan


def test_without_a_reason_the_far_copy_is_no_better_place(lost: Loss) -> None:
    made = loss("ndc01", "ndc02", well=8, after=60)

    with pytest.raises(PlanRefused, match="may be lost"):
        made.plan()
    assert made.lost == lost.lost
