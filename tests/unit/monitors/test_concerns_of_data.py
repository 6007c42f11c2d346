"""What endangers data, or has lost it, is told though everything runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from inventory.promises import LastCopy
from monitors.health.concern import Condition
from monitors.health.concerns import Health, concerns, health_of, is_settled, left_to_do
from monitors.health.notices import ApartView, ScheduledView
from monitors.health.snapshot import MemberRole, Snapshot
from monitors.look.readings import ProbeReading
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, healthy, taken
from tui.status_text import status_text

CRITICAL, WARNING = Condition.CRITICAL, Condition.WARNING


def _with_standbys(recovery_point_s: float | None = 30, **changes: object) -> Snapshot:
    seen = healthy("compact")
    database, *_ = seen.databases
    members = [
        replace(m, **changes) if m.role is MemberRole.STANDBY else m  # type: ignore[arg-type]  # fields of MemberView
        for m in database.members
    ]
    allowed = None if recovery_point_s is None else timedelta(seconds=recovery_point_s)
    changed = replace(database, members=tuple(members), recovery_point=allowed)
    return replace(seen, databases=(changed,))


@pytest.mark.parametrize(
    ("recovery_point_s", "changes", "sentence"),
    [
        (30, {"age": timedelta(seconds=29)}, None),
        (30, {"age": timedelta(seconds=31)}, "is 31 s old, of at most 30 s"),
        (0, {"age": timedelta(seconds=14)}, None),
        (0, {"age": timedelta(seconds=16)}, "is 16 s old, of at most 15 s"),
        (None, {"age": timedelta(days=1)}, None),
        (30, {"lag_bytes": 5_000_000_000}, "is 5000 MB behind"),
        (30, {"lag_bytes": 5_000_000_000, "age": timedelta(seconds=1)}, "is 5000 MB behind"),
        (30, {"lag_bytes": 100_000_000}, None),
    ],
)
def test_a_copy_older_than_its_tier_allows_is_a_warning_though_it_streams(
    recovery_point_s: float | None, changes: dict[str, object], sentence: str | None
) -> None:
    seen = _with_standbys(recovery_point_s, **changes)

    told = [(c.condition, c.sentence) for c in concerns(seen)]

    (copy,) = (m.host for m in seen.databases[0].members if m.role is MemberRole.STANDBY)
    assert told == ([(WARNING, f"the copy of {copy} {sentence}")] if sentence else [])


def test_a_copy_cannot_be_younger_than_a_leader_that_is_gone() -> None:
    old = _with_standbys(age=timedelta(hours=1))
    leaderless = replace(old, databases=(replace(old.databases[0], leader=None),))

    assert [c.sentence for c in concerns(leaderless)] == ["has no leader"]


def test_a_paused_patroni_is_told_and_explains_why_there_is_no_leader() -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    off = "automatic failover is off: Patroni is paused"

    paused = replace(seen, databases=(replace(database, paused=True),))
    leaderless = replace(seen, databases=(replace(database, paused=True, leader=None),))

    assert [(c.condition, c.sentence) for c in concerns(paused)] == [(WARNING, off)]
    assert [c.sentence for c in concerns(leaderless)] == ["has no leader", off]
    assert is_settled(leaderless)


@pytest.mark.parametrize("since", [None, NOON - timedelta(minutes=3)])
def test_what_too_few_copies_have_is_told_and_since_when_where_that_was_seen(
    since: datetime | None,
) -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    members = [replace(m, role=m.role and MemberRole.STANDBY) for m in database.members[1:]]
    short = replace(database, members=(database.members[0], *members), unprotected_since=since)

    told = [c.sentence for c in concerns(replace(seen, databases=(short,)))]

    at = " since 2030-05-17 04:57:00Z" if since else ""
    assert told == [f"UNPROTECTED{at}: 0 of 1 synchronous standbys"]


CONTINUE, BLOCK = LastCopy.CONTINUE, LastCopy.BLOCK
SHORT = "UNPROTECTED: 0 of 1 synchronous standbys"
STOPPED = "0 of 1 synchronous standbys, and it acknowledges nothing that no other copy has"
LOOSE = "goes on without a copy, and is declared to stop (last_copy: block); next"
STRICT = "stops without a copy, and is declared to go on (last_copy: continue); next: ndc up"


@pytest.mark.parametrize(
    ("told", "declared", "short", "sentences"),
    [
        (None, BLOCK, False, []),
        (BLOCK, BLOCK, False, []),
        (CONTINUE, CONTINUE, True, [SHORT]),
        (None, BLOCK, True, [SHORT]),
        (BLOCK, BLOCK, True, [STOPPED]),
        (CONTINUE, BLOCK, False, [f"{LOOSE}: ndc up"]),
        (CONTINUE, BLOCK, True, [SHORT, f"{LOOSE} once a copy confirms: ndc up"]),
        (BLOCK, CONTINUE, False, [STRICT]),
        (BLOCK, CONTINUE, True, [STOPPED, STRICT]),
    ],
)
def test_what_a_database_does_without_a_copy_is_told_where_it_is_not_as_declared(
    told: LastCopy | None,
    declared: LastCopy,
    sentences: list[str],
    *,
    short: bool,
) -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    members = [
        replace(m, role=MemberRole.STANDBY) if short and m.host != database.leader else m
        for m in database.members
    ]
    changed = replace(database, members=tuple(members), last_copy=told, last_copy_declared=declared)
    told_of = concerns(replace(seen, databases=(changed,)))

    assert [c.sentence for c in told_of] == sentences
    # whoever waits for what mends itself does not wait for what only a copy lets a person mend
    waits = [c.is_unexplained for c in told_of if "ndc up" in c.sentence]
    assert waits == [not s.endswith("confirms: ndc up") for s in sentences if "ndc up" in s]


@pytest.mark.parametrize(("to", "whom"), [("ndc02-data", "ndc02-data"), (None, "any member")])
def test_a_switchover_that_somebody_left_to_patroni_is_told(to: str | None, whom: str) -> None:
    seen = healthy("compact")
    scheduled = replace(seen.databases[0], scheduled=ScheduledView(NOON, to))

    (found,) = concerns(replace(seen, databases=(scheduled,)))

    assert (found.condition, found.sentence) == (
        WARNING,
        f"Patroni will switch to {whom} at 2030-05-17 05:00:00+0000, by no plan",
    )


@pytest.mark.parametrize("answers", [True, False, None])
def test_known_losses_are_critical_and_nobody_waits_for_them(*, answers: bool | None) -> None:
    seen = healthy("compact")
    lossy = replace(seen.services[0], answers=answers, lost=2, lost_since=NOON)

    found = concerns(replace(seen, services=(lossy,)))

    assert found[0].condition is CRITICAL
    assert found[0].sentence == (
        "LOST: 2 acknowledged writes are not there, known since 2030-05-17 05:00:00Z"
    )
    assert not found[0].is_unexplained


def test_what_is_lost_for_good_keeps_nobody_from_changing_the_network() -> None:
    seen = healthy("compact")
    lossy = replace(seen, services=(replace(seen.services[0], lost=2, lost_since=NOON),))
    refusing = replace(seen, services=(replace(lossy.services[0], answers=False),))

    assert health_of(lossy) is Health.DEGRADED
    assert left_to_do(lossy) == ()
    assert [concern.is_past for concern in left_to_do(refusing)] == [False]


@pytest.mark.parametrize(
    ("about", "condition", "sentence"),
    [
        (
            {"answers": False, "refused": 200},
            Condition.CRITICAL,
            "refuses citizens: 200 of the last 200 writes",
        ),
        ({"answers": False, "unanswered": 200}, Condition.CRITICAL, "does not answer citizens"),
        (
            {"refused": 1},
            Condition.WARNING,
            "refused 1 of the last 200 writes of citizens",
        ),
        (
            {"unanswered": 21},
            Condition.WARNING,
            "left 21 of the last 200 writes of citizens without an answer",
        ),
    ],
)
def test_a_service_that_turns_citizens_away_is_not_green(
    about: dict[str, Any], condition: Condition, sentence: str
) -> None:
    seen = healthy()
    service = replace(seen.services[0], writes=200, **about)

    (found,) = concerns(replace(seen, services=(service,)))

    assert (found.subject, found.condition, found.sentence) == (service.name, condition, sentence)


@pytest.mark.parametrize(
    "about",
    [{"refused": 3}, {"unanswered": 60}, {"answers": False}, {"answers": False, "refused": 9}],
)
def test_where_the_probe_is_late_itself_what_it_says_is_told_with_a_doubt(
    about: dict[str, Any],
) -> None:
    def said(late_seconds: float) -> str:
        late = timedelta(seconds=late_seconds)
        service = replace(healthy().services[0], writes=200, probe_late=late, **about)
        (found,) = concerns(replace(healthy(), services=(service,)))
        return found.sentence

    doubt = "; but the probe is 0.3 s behind its own schedule, and may have been too late itself"
    assert said(0.3) == said(0.2) + doubt


def test_a_busy_moment_of_a_service_is_no_concern() -> None:
    seen = healthy()
    service = replace(seen.services[0], writes=200, unanswered=20)

    assert concerns(replace(seen, services=(service,))) == ()


def test_the_refusals_that_the_probe_counts_reach_the_concerns() -> None:
    of = network("tiny", *PORTAL_ALONE)
    (service,) = of.services
    late = timedelta(seconds=1)
    counted: dict[str, Any] = {"writes": 200, "refused": 3, "unanswered": 2, "late": late}
    reading = ProbeReading(answers=True, site=service.home, **counted)

    seen = taken(of, replace(all_well(of), probed={service.name: reading}))

    assert (seen.services[0].writes, seen.services[0].refused) == (200, 3)
    assert seen.services[0].probe_late == late
    assert "refuses some" in status_text(seen)


def test_a_quorum_without_space_is_told_with_the_way_out_and_has_its_majority() -> None:
    of = network()
    full = replace(all_well(of), no_space=frozenset(of.voters))

    (found,) = concerns(taken(of, full))

    assert (found.subject, found.condition) == ("quorum", CRITICAL)
    assert found.sentence == (
        "takes no writes: NOSPACE, etcd's database is full; next: ndc dr make-room"
    )
    assert not found.is_unexplained


@pytest.mark.parametrize(
    ("apart", "sentence"),
    [
        (
            ApartView(73, NOON, kept=True),
            "has 73 commits since 2030-05-17 05:00:00Z that no other member has, kept in /var/lib/",
        ),
        (
            ApartView(None, None, kept=False),
            "has an unknown number of commits that no other member has, NOT KEPT",
        ),
    ],
)
def test_what_only_one_member_has_is_told_until_a_person_decides(
    apart: ApartView, sentence: str
) -> None:
    seen = _with_standbys(apart=apart, state="starting")

    worst, *others = concerns(seen)

    assert worst.condition is CRITICAL
    assert sentence in worst.sentence
    assert "member" in " ".join(other.sentence for other in others)
    assert is_settled(seen)


@pytest.mark.parametrize("lags", [{"age": timedelta(minutes=3)}, {"lag_bytes": 2**30}])
def test_nobody_waits_for_a_copy_that_stays_apart_to_grow_younger(lags: dict[str, Any]) -> None:
    apart = ApartView(73, NOON, kept=True)

    assert is_settled(_with_standbys(apart=apart, state="starting", **lags))
    assert not is_settled(_with_standbys(**lags))


def test_a_disk_that_takes_no_writes_is_named_with_its_host() -> None:
    worst, *_ = concerns(_with_standbys(disk="full"))

    assert worst.condition is CRITICAL
    assert worst.sentence == "the disk of ndc03-data takes no writes: it is full"
