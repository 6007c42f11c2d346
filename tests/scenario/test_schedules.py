"""Whole schedules of faults, with people who ask for plans: nothing that must never happen does."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

import pytest

from core.runs.journal import Request, Where, Wish
from core.runs.plan import StepId
from core.runs.ports import Token
from dr.conditions import Conditions
from dr.hosts.epochs import Act
from dr.planning.rerouting import Rerouting
from dr.planning.rules import loss, table
from dr.simulation import agents, doors
from dr.simulation.database import SimulatedDatabase
from dr.simulation.truth import Truth
from dr.watch import watching
from inventory.names import HostName, ServiceName
from tests.rehearsals import rehearsal
from tests.soak.__main__ import main
from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import Judged, events_of, judged, shrunk, smaller
from tests.soak.story import story
from tests.unit.core.runs.small import Wishes

THERE_AND_BACK = "switchover public-service-portal"
LATE = (
    Planned(9.0, FaultKind.MESSAGE, "announce-service", 30.0, "late", 1),
    Planned(10.0, Ask.CARRIED, THERE_AND_BACK),
    Planned(34.0, Ask.CARRIED, THERE_AND_BACK),
)
"""an announcement of the first run arrives while, or after, the second moves the service back"""
SCHEDULES = 240
CHUNK = 12

GIVEN_UP_AND_BACK = (
    Planned(5.0, FaultKind.SITE_CUT, "ndc02", 12.0),
    Planned(6.0, Ask.KILLED, "failover payments", 60.0, "", 12),
)
"""a site is cut off for 12 s; the failover is given another runner a minute later"""
SILENT_ANNOUNCER = (
    Planned(9.0, FaultKind.MESSAGE, "withdraw-service", 60.0, "lost", 2),
    Planned(10.0, Ask.CARRIED, "switchover payments"),
    Planned(32.0, FaultKind.HOST_OFF, "ndc01-app", 60.0),
)
"""the host that took a service over loses its power before the old one was told to withdraw"""
LATE_WITHDRAWAL = (
    Planned(9.0, FaultKind.MESSAGE, "withdraw-service", 60.0, "late", 1),
    Planned(10.0, Ask.CARRIED, "switchover public-service-portal"),
    Planned(20.0, FaultKind.HOST_OFF, "ndc02-app", 90.0),
)
"""a withdrawal arrives half a minute late; the host that should serve lost its power meanwhile"""
GOES_ON = (
    *(Planned(4.0, FaultKind.PORT_CUT, host, 120.0) for host in ("ndc01-app", "ndc01-data")),
    *(Planned(5.0, FaultKind.HOST_FROZEN, host, 50.0) for host in ("ndc01-app", "ndc01-data")),
    Planned(12.0, Ask.CARRIED, "failover payments", 0.0, "", 10**6),
    Planned(54.5, FaultKind.HOST_FROZEN, "ndc02-app", 3.0),
)
"""what stood still goes on after it was given up, and citizens look for another way just then"""
OLD_WORDS = (
    Planned(111.31, FaultKind.HOST_FROZEN, "ndc03-edge2", 18.85),
    Planned(131.38, FaultKind.POWER_OUT, "red-river-delta", 56.98),
    Planned(132.28, FaultKind.QUORUM_LOST, "everywhere", 21.27),
)
"""two observers miss a host, and are lost themselves; it answers again, and their words stand on"""
UNCONFIRMED = (
    Planned(5.0, FaultKind.SITE_CUT, "ndc02", 5.0),
    Planned(7.0, FaultKind.HOST_OFF, "ndc01-data", 90.0),
)
"""the standby is cut off for 5 s, and meanwhile its leader loses its power"""


@cache
def _of_its_own(seed: int) -> tuple[tuple[str, ...], Mapping[str, int]]:
    """Return what the schedule of ``seed`` breaks, and how many runs ended how; played once."""
    made = judged(seed)
    return made.violations, made.played.tally.runs


@cache
def _rewinding(seed: int) -> Judged:
    """Return what comes of the schedule of ``seed`` where members rewind at once; played once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedDatabase, "_keep", _rewinds_at_once)
        return judged(seed)


@pytest.mark.parametrize("first", range(0, SCHEDULES, CHUNK))
def test_nothing_that_must_never_happen_does(first: int) -> None:
    sentences = [one for seed in range(first, first + CHUNK) for one in _of_its_own(seed)[0]]

    assert sentences == []


def test_a_host_that_answers_again_keeps_its_power() -> None:
    assert judged(0, GIVEN_UP_AND_BACK).violations == ()


def test_an_old_site_is_not_withdrawn_once_the_new_one_is_silent() -> None:
    assert judged(0, SILENT_ANNOUNCER).violations == ()


def test_a_withdrawal_that_comes_late_is_not_obeyed() -> None:
    assert judged(0, LATE_WITHDRAWAL).violations == ()


def test_a_run_holds_its_claim_until_it_is_over_whatever_a_person_skips() -> None:
    made = rehearsal()
    skips = [
        Request(f"skip-{name}", Wish.SKIP, "an", "not now", StepId(name))
        for name in ("verify", "compare")
    ]

    run = made.engine(inbox=Wishes(skips)).start(made.plan, Where.MEMORY)

    assert (made.truth.claim.run is None) == bool(run.closed)


def test_a_schedule_is_long_and_its_faults_overlap_and_are_of_many_kinds() -> None:
    faults = [event for event in events_of(1) if event.kind not in set(Ask)]
    moments = [(event.at, 1) for event in faults] + [(e.at + e.length, -1) for e in faults]
    lasting, most = 0, 0
    for _, change in sorted(moments):
        lasting += change
        most = max(most, lasting)

    assert len(moments) >= 200
    assert most >= 2
    assert len({event.kind for event in faults}) >= 12
    assert {event.kind for seed in range(20) for event in events_of(seed)} == {*FaultKind, *Ask}


def test_a_seed_tells_the_same_story_to_the_byte() -> None:
    once, again = judged(3), judged(3)

    assert list(story(once.played.history)) == list(story(again.played.history))
    assert once.played.history == again.played.history
    assert list(story(judged(4).played.history)) != list(story(once.played.history))


def test_runs_of_every_kind_end_under_faults_and_in_the_calm_everything_is_served() -> None:
    runs: Counter[str] = Counter()
    for seed in range(20, 40):  # before, seed 11 ends with a run that a person has to give up
        runs.update(_of_its_own(seed)[1])

    assert runs["switchover done"] >= 5
    assert runs["failover done"] >= 3
    assert runs["failback done"] >= 1
    assert runs["not served at the end"] == 0


def test_what_fails_is_told_by_a_schedule_with_fewer_events() -> None:
    events = [Planned(float(at), FaultKind.LINK_CUT, "a-link") for at in range(40)]

    left = shrunk(events, lambda some: {events[7], events[31]} <= set(some))

    assert left == (events[7], events[31])


def _obeys_anything(
    truth: Truth, act: Act, service: ServiceName, host: HostName, token: Token
) -> None:
    served = truth.at(service)
    served.epochs[host] = max(served.epochs[host], token.epoch)
    truth.around.tell("obeyed", service, host, token.epoch, f"{act} {token.run}")
    served.announce(host, wanted=act is Act.ANNOUNCE)


def _rewinds_at_once(database: SimulatedDatabase, host: HostName) -> None:
    stray = database.strays.pop(host)
    database.awaited.discard(host)
    database.tell("rewound", host, stray.timeline, ",".join(stray.rows))


def test_hosts_that_obey_every_epoch_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "obey", _obeys_anything)
    monkeypatch.setattr(agents, "obey", _obeys_anything)

    broken = {sentence.split(":")[0] for sentence in judged(0, LATE).violations}

    assert "I2 an old epoch is obeyed" in broken


def test_hosts_that_keep_their_epochs_refuse_what_comes_late() -> None:
    found = judged(0, LATE)

    assert found.violations == ()
    assert found.played.tally.runs["switchover done"] == 2


def _a_run_that_believes_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Conditions, "is_in_effect", lambda _self, _action: True)


def _commits_that_wait_for_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SimulatedDatabase, "_waited_for", lambda _self: 0)


def _hosts_that_withdraw_however_late(patch: pytest.MonkeyPatch) -> None:
    def act(
        guard: doors.SimulatedGuard,
        act: Act,
        service: ServiceName,
        host: HostName,
        token: Token,
        bound: timedelta,
    ) -> None:
        assert bound is not None
        doors.obey(guard.truth, act, service, host, token)

    patch.setattr(doors.SimulatedGuard, "act", act)


def _observers_that_wait_for_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watching, "SILENT", timedelta(seconds=1))


def _a_judge_that_believes_old_words_only(patch: pytest.MonkeyPatch) -> None:
    """Nor those who miss most of the network: whom they see they would keep alive by themselves."""
    half = 7
    patch.setattr(
        *(watching.Hearing, "counted"),
        lambda _self, words: {one: w for one, w in words.items() if len(w.silent) <= half},
    )


def _survivors_that_refuse_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rerouting, "refuse", lambda *_: iter(()))


def _a_planner_that_takes_a_word_for_it(patch: pytest.MonkeyPatch) -> None:
    rule = loss.what_is_lost_is_seen_by_nobody
    patch.setattr(table, "RULES", tuple(one for one in table.RULES if one is not rule))


@pytest.mark.parametrize(
    ("mend_not", "seed", "events", "broken"),
    [
        (_hosts_that_withdraw_however_late, 1, LATE_WITHDRAWAL, "I7 the last serving"),
        (_a_run_that_believes_all, 0, None, "I9 stale status is believed"),
        (_commits_that_wait_for_nobody, 0, UNCONFIRMED, "I4 a loss that nobody named"),
        (_a_planner_that_takes_a_word_for_it, 0, None, "I5 dead on one word"),
        (_observers_that_wait_for_nobody, 0, None, "I5 dead on one word"),
        (_survivors_that_refuse_nothing, 0, GOES_ON, "I15 citizens come to what was given up"),
        (_a_judge_that_believes_old_words_only, 1, OLD_WORDS, "I5 dead on one word"),
    ],
)
def test_what_breaks_a_rule_is_caught(
    mend_not: Callable[[pytest.MonkeyPatch], None],
    seed: int,
    events: tuple[Planned, ...] | None,
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = _of_its_own(seed)[0] if events is None else judged(seed, events).violations

    mend_not(monkeypatch)

    assert not [one for one in well if one.startswith(broken)]
    assert [one for one in judged(seed, events).violations if one.startswith(broken)]


def test_members_that_rewind_before_a_copy_is_kept_are_caught() -> None:
    sentences = [one for seed in range(8) for one in _rewinding(seed).violations]

    broken = {one.split(":")[0] for one in sentences}
    assert broken == {"I11 a tail is wiped, or a former leader writes"}


def test_a_smaller_schedule_breaks_the_same_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    found = next(one for seed in range(1, 20) if (one := _rewinding(seed)).violations)
    monkeypatch.setattr(SimulatedDatabase, "_keep", _rewinds_at_once)

    events, end = smaller(found)

    assert len(events) < 6
    assert end.violations
    assert end.violations == judged(found.seed, events).violations


def test_the_command_tells_why_a_seed_breaks_something_by_few_events(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = next(one for seed in range(1, 20) if (one := _rewinding(seed)).violations)
    monkeypatch.setattr(SimulatedDatabase, "_keep", _rewinds_at_once)
    monkeypatch.setattr(sys, "argv", ["soak", str(found.seed)])

    ended = main()

    told = capsys.readouterr().out
    assert ended == 1
    assert told.startswith(f"seed {found.seed}: I11 a tail is wiped")
    assert "events are enough:" in told
    assert "is rewound in" in told
