"""A copy that Patroni calls well and that is not, is told, with what a person does about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr.logs.seam import LogProgress, Seam
from inventory.names import HostName
from monitors.health.concern import Condition
from monitors.health.concerns import Health, concerns, health_of, is_settled
from monitors.health.snapshot import MemberView, Snapshot
from stacks.substrates.port import Power
from tests.snapshots import healthy

CRITICAL, WARNING, UNSEEN = Condition.CRITICAL, Condition.WARNING, Condition.UNSEEN
LEADER, COPY = HostName("ndc01-data"), HostName("ndc02-data")
APART = LogProgress(46, 0x3009D00, 0x3009D00)
TWIN = (
    "ndc02-data and ndc01-data have two histories of timeline 46, which left the one before at "
    "0/3005940: at 0/3009D00, where ndc02-data stands, no record of ndc01-data begins"
)
GONE = "ndc02-data can follow no more: ndc01-data keeps its log no more from 0/3009D00 on"
RESEED = "ndc dr reseed general-db ndc02-data"


def _with(host: HostName, **changes: object) -> Snapshot:
    seen = healthy("compact")
    database, *_ = seen.databases
    members = tuple(
        replace(member, **changes) if member.host == host else member  # type: ignore[arg-type]  # fields of MemberView
        for member in database.members
    )
    return replace(seen, databases=(replace(database, members=members),))


def _unknown_to_leader(**changes: object) -> Snapshot:
    """Return a network whose leader sends nothing to a copy that Patroni calls streaming."""
    seen = _with(COPY, progress=APART, **changes)
    database, *_ = seen.databases

    def deaf(member: MemberView) -> MemberView:
        if member.host != LEADER:
            return member
        return replace(member, progress=LogProgress(46, 0x4000000, 0x4000000))

    others = tuple(
        deaf(m) if m.host in {LEADER, COPY} else replace(m, progress=None) for m in database.members
    )
    return replace(seen, databases=(replace(database, members=others),))


def _told(seen: Snapshot) -> list[tuple[Condition, str]]:
    return [(c.condition, c.sentence) for c in concerns(seen)]


def test_two_histories_of_one_timeline_are_critical_with_hosts_fork_and_next_step() -> None:
    seen = _unknown_to_leader(seam=Seam(holds=False, fork=0x3005940))

    assert _told(seen) == [
        (
            CRITICAL,
            f"{TWIN}; next: {RESEED}",
        )
    ]
    assert is_settled(seen)  # nobody waits for it


def test_a_copy_whose_log_is_kept_no_more_is_critical() -> None:
    seen = _unknown_to_leader(seam=Seam(holds=None, fork=0x3005940))

    assert _told(seen) == [
        (
            CRITICAL,
            f"{GONE}; next: {RESEED}",
        )
    ]
    assert is_settled(seen)


@pytest.mark.parametrize("seam", [None, Seam(holds=True, fork=None)], ids=["unseen", "goes-on"])
@pytest.mark.parametrize("state", ["streaming", "running"])
def test_a_copy_that_the_leader_does_not_know_follows_nobody(seam: Seam | None, state: str) -> None:
    seen = _unknown_to_leader(seam=seam, state=state)

    sentence = (
        "ndc02-data stands at 0/3009D00 and follows nobody: ndc01-data sends it nothing; "
        f"if that stays so: {RESEED}"
    )
    assert (WARNING, sentence) in _told(seen)
    assert not is_settled(seen)  # it may come right


def test_a_copy_of_which_the_leader_says_nothing_is_not_accused() -> None:
    seen = _with(LEADER, progress=None)

    assert _told(seen) == []


def test_a_copy_that_receives_and_does_not_replay_is_told_with_how_much() -> None:
    seen = _with(COPY, progress=LogProgress(3, 9_000_000, 1_000_000))

    sentence = (
        "ndc02-data does not replay what it receives: it stands at 0/F4240, 8000000 bytes behind"
    )
    assert _told(seen) == [(WARNING, sentence)]


def test_a_record_that_has_not_ended_is_no_replay_that_stands_still() -> None:
    seen = _with(COPY, progress=LogProgress(3, 9_000_000, 9_000_000 - 8192))

    assert health_of(seen) is Health.GREEN


@pytest.mark.parametrize(
    ("host", "left", "condition"),
    [(LEADER, 0, CRITICAL), (COPY, 0, WARNING), (LEADER, 1, None), (LEADER, None, None)],
)
def test_who_takes_no_more_connections_is_told(
    host: HostName, left: int | None, condition: Condition | None
) -> None:
    seen = _with(host, connections_left=left)

    sentence = f"{host} takes no more connections: all are used"
    assert _told(seen) == ([(condition, sentence)] if condition else [])


def test_members_that_contradict_each_other_leave_it_unseen_who_leads() -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    apart = replace(database, leader=None, timeline=None, contradicted=True)

    told = _told(replace(seen, databases=(apart,)))

    assert told == [(UNSEEN, "its members do not tell the same leader")]


def test_a_host_that_is_off_explains_its_copy() -> None:
    seen = _unknown_to_leader(seam=Seam(holds=False, fork=7))
    off = tuple(
        replace(host, power=Power.OFF) if host.name == COPY else host for host in seen.hosts
    )

    told = _told(replace(seen, hosts=off))

    assert not [sentence for _, sentence in told if "histories" in sentence]


def test_a_copy_whose_mark_is_ahead_of_now_has_no_age_and_says_which_clock_to_look_at() -> None:
    seen = _with(COPY, age=None, early=timedelta(seconds=6.8))

    sentence = (
        "the newest mark in the copy of ndc02-data is 6.8 s ahead, so its age is not known: "
        "the clock of its source is off, or of who tells; "
        "next: ndc ssh ndc01-data -- chronyc -n tracking"
    )
    assert _told(seen) == [(WARNING, sentence)]
    assert not is_settled(seen)
