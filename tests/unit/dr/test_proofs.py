"""What was not practised of late is told in every plan, and asked about in a planned move alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.errors import PlanRefused
from dr.live.drill_words import EtcdDrillWords
from dr.planning.findings import Caution
from dr.planning.plan import RecoveryPlan, from_text, to_text
from dr.planning.proofs import weighed
from dr.reporting.plan_text import plan_text
from inventory.etcd import drill_word
from inventory.names import DrillName
from inventory.network import Network
from inventory.practice import Practice, Taken
from tests.failovers import failover
from tests.networks import network
from tests.rehearsals import SERVICE, Rehearsal, rehearsal
from tests.stubs.etcd import StubEtcd

REASON = "the site is wanted for works at noon"
MOMENT = timedelta(microseconds=1)


def _drill(of: Network, taken: Taken) -> Practice:
    (drill,) = (one for one in of.drills if one.takes is taken and one.service == SERVICE)
    return drill


def _proved(made: Rehearsal, taken: Taken, ago: timedelta) -> dict[DrillName, datetime]:
    """Return that the drill that takes ``taken`` was proved ``ago`` before the plan was made."""
    return {_drill(made.network, taken).drill: made.plan.basis.made_at - ago}


def _every(made: Rehearsal, taken: Taken) -> timedelta:
    return _drill(made.network, taken).every


def _weighed(made: Rehearsal, proved: dict[DrillName, datetime], despite: str = "") -> RecoveryPlan:
    return weighed(made.network, made.plan, proved, despite)


def test_a_move_that_was_proved_of_late_is_not_asked_about() -> None:
    made = rehearsal()
    proved = _proved(made, Taken.NOTHING, _every(made, Taken.NOTHING))

    assert _weighed(made, proved) == made.plan


def test_one_that_was_proved_too_long_ago_is_refused_for_nobodys_reason() -> None:
    made = rehearsal()
    proved = _proved(made, Taken.NOTHING, _every(made, Taken.NOTHING) + MOMENT)

    with pytest.raises(PlanRefused, match="was not moved so for longer") as caught:
        _weighed(made, proved)

    assert caught.value.next_step.endswith(f'dr switchover {SERVICE} --to ndc02 --despite "…"')
    assert "ndc drill run planned-move" in caught.value.expected
    assert caught.value.actual.startswith("last proved on 2029-12-")


def test_a_reason_passes_over_it_and_stands_in_the_plan() -> None:
    made = rehearsal()
    proved = _proved(made, Taken.NOTHING, _every(made, Taken.NOTHING) + MOMENT)

    plan = _weighed(made, proved, REASON)

    assert [one.kind for one in plan.basis.passed_over] == [Caution.PROOF]
    assert plan.basis.despite == REASON
    assert from_text(to_text(plan)) == plan
    assert f"by an: {REASON}" in plan_text(plan)


def test_what_was_never_practised_is_told_and_not_asked_about() -> None:
    plan = _weighed(rehearsal(), {})

    assert plan.basis.passed_over == ()
    assert "NOT PROVED   planned-move: never proved, as far as is known" in plan_text(plan)


@pytest.mark.parametrize("ago", [timedelta(days=4000), None])
def test_a_failover_is_never_asked_about_it_and_told(ago: timedelta | None) -> None:
    made = failover("ndc01")
    proved = {} if ago is None else _proved(made, Taken.SITE, ago)

    plan = _weighed(made, proved)

    assert plan.basis.passed_over == ()
    assert [one.drill for one in plan.basis.unproved] == [_drill(made.network, Taken.SITE).drill]
    assert "NOT PROVED   site-loss" in plan_text(plan)


def test_a_site_that_is_lost_is_proved_by_no_other_drill() -> None:
    made = failover("ndc01")
    proved = _proved(made, Taken.SITE, MOMENT)

    assert _weighed(made, proved).basis.unproved == ()


def test_etcd_tells_when_each_drill_was_proved_as_far_as_it_can_be_read() -> None:
    of, quorum = network("compact"), StubEtcd()
    proved, broken, *_ = (one.drill for one in of.drills)
    at = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    word = f'{{"format": 1, "by": "a-run", "ended_at": "{at.isoformat()}"}}'
    quorum.write(drill_word(of.environment, proved, passed=True), word)
    quorum.write(drill_word(of.environment, broken, passed=True), "[]")

    assert EtcdDrillWords(quorum.client(), of).proved() == {proved: at}
