"""What a run came to that moved two services, in words and in JSON: the worst of both."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from core.measure import Gap, Measure
from dr.planning.losses import hosts_named
from dr.planning.plan import RecoveryRecord, codec
from dr.reporting.ending import Ending, Outcome, worst
from dr.reporting.report import Noticed, Report, report
from dr.reporting.report_json import report_json
from dr.reporting.report_text import report_text
from dr.simulation.journal import MemoryJournal
from dr.simulation.world import rehearsed
from inventory.names import DatabaseName, ServiceName
from inventory.network import Service
from tests.conftest import Golden
from tests.failovers import Loss
from tests.networks import PORTAL_ALONE, SHARED_DATABASE, network
from tests.rehearsals import SERVICE, Rehearsal, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/reports"
BOTH = network("tiny", *PORTAL_ALONE, SHARED_DATABASE)
FIRST, SECOND = BOTH.service(SERVICE), BOTH.service(ServiceName("payments"))
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
GOOD = Measure(
    since=BEGAN,
    until=BEGAN + timedelta(seconds=10),
    acknowledged=160,
    refused=0,
    unknown=40,
    lost=0,
    duplicated=0,
    sent_again=40,
    unknown_appeared=40,
    not_read_back=0,
    gap=Gap(timedelta(seconds=2), BEGAN, BEGAN + timedelta(seconds=2)),
    worst_slip=timedelta(milliseconds=4),
)
LOST = replace(GOOD, lost=2)
WELL = Ending(at_target=True, protected=True)
ALONE = Ending(at_target=True, protected=False)


@pytest.fixture(scope="module")
def records() -> list[RecoveryRecord]:
    """Return what was written down of a failover that moved both."""
    world = rehearsed(BOTH, FIRST.name, SECOND.name)
    lost = hosts_named(BOTH, ["ndc01"])
    for host in sorted(lost):
        world.truth.plant.power_off(host)
    world.sleep(timedelta(seconds=3))
    made = Rehearsal(BOTH, world, Loss(BOTH, world, lost, "ndc01").plan())
    journal = MemoryJournal(codec(), world)
    made.carry(journal)
    return list(journal.records())


def _report(records: list[RecoveryRecord], first: Measure | None, second: Measure | None) -> Report:
    return report(records, [Noticed(FIRST, first, WELL), Noticed(SECOND, second, WELL)])


def test_a_run_that_moved_two_services_is_reported_like_this(
    records: list[RecoveryRecord], golden: Golden
) -> None:
    told = report(records, [Noticed(FIRST, GOOD, ALONE), Noticed(SECOND, LOST, ALONE)])

    golden(GOLDEN / "two-services.txt", report_text(told) + "\n")
    golden(GOLDEN / "two-services.json", report_json(told) + "\n")


@pytest.mark.parametrize(
    ("first", "second", "called"),
    [
        (GOOD, GOOD, Outcome.DONE),
        (GOOD, LOST, Outcome.LOSS),
        (LOST, GOOD, Outcome.LOSS),
        (None, GOOD, Outcome.UNMEASURED),
        (GOOD, None, Outcome.UNMEASURED),
        (LOST, None, Outcome.LOSS),
    ],
)
def test_a_run_is_called_after_the_worst_of_its_services(
    records: list[RecoveryRecord],
    first: Measure | None,
    second: Measure | None,
    called: Outcome,
) -> None:
    told = _report(records, first, second)
    plain = json.loads(report_json(told))

    assert told.outcome is called
    assert report_text(told).splitlines()[0].endswith(f": {called}")
    assert plain["outcome"] == called.name.lower()


def test_each_service_is_told_by_itself(records: list[RecoveryRecord]) -> None:
    told = _report(records, GOOD, LOST)
    text, plain = report_text(told), json.loads(report_json(told))

    assert f"  {FIRST.name}: done" in text.splitlines()
    assert f"  {SECOND.name}: failed: loss" in text.splitlines()
    assert [(one["service"], one["outcome"]) for one in plain["services"]] == [
        (FIRST.name, "done"),
        (SECOND.name, "loss"),
    ]
    assert [one["measure"]["lost"] for one in plain["services"]] == [0, 2]


def test_a_service_alone_needs_no_heading(records: list[RecoveryRecord]) -> None:
    text = report_text(report(records, [Noticed(FIRST, GOOD, WELL)]))

    assert f"  {FIRST.name}: done" not in text.splitlines()


def test_each_service_is_held_to_its_own_promise(records: list[RecoveryRecord]) -> None:
    long = replace(GOOD, gap=replace(GOOD.gap, length=timedelta(minutes=5)))
    strict = replace(SECOND, recovery_time=timedelta(minutes=1))
    assert FIRST.recovery_time > timedelta(minutes=5)

    told = report(records, [Noticed(FIRST, long, WELL), Noticed(strict, long, WELL)])

    assert [course.outcome for course in told.courses] == [Outcome.DONE, Outcome.MISSED]
    assert told.outcome is Outcome.MISSED


def test_logs_that_were_compared_say_nothing_of_another_database() -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    own: Service = made.network.service(SERVICE)
    other = replace(own, name=SECOND.name, database=DatabaseName("another-db"))

    told = report(list(journal.records()), [Noticed(own, GOOD, WELL), Noticed(other, GOOD, WELL)])

    assert [course.complete for course in told.courses] == [True, None]


def test_of_two_outcomes_the_worse_is_the_same_in_either_order() -> None:
    order = [Outcome.LOSS, Outcome.ELSEWHERE, Outcome.HELD, Outcome.UNVERIFIED]
    order += [Outcome.UNMEASURED, Outcome.UNPROTECTED, Outcome.MISSED, Outcome.DONE]

    for worse, better in pairwise(order):
        assert {worst(both) for both in permutations([worse, better])} == {worse}
    assert {worst([outcome]) for outcome in Outcome} == set(Outcome)
