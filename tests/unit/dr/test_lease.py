"""A leader whose lease has ended does not write, and a leader that is merely slow goes on."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from dr.hosts.lease import Lease, LeaseWord, read_words
from dr.onhost.lease_watch import LeaseWatch
from inventory.patroni import LEASE, WRITES_END_BEFORE

ALLOWED = LEASE - WRITES_END_BEFORE
BEGINS = f"Ctimeout={ALLOWED.seconds}\n".encode()
LOOKS = timedelta(milliseconds=500)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@dataclass
class FakeServer:
    """A database server without a process."""

    writing: bool = True
    ended: int = 0

    def writes(self) -> bool:
        return self.writing

    def end(self) -> None:
        self.writing = False
        self.ended += 1


@dataclass
class Member:
    """A member, whose Patroni says its words where the watch listens."""

    folder: Path
    server: FakeServer = field(default_factory=FakeServer)
    now: timedelta = timedelta(seconds=1000)

    def __post_init__(self) -> None:
        os.mkfifo(self.folder / "db.pipe")
        self.writer = os.open(self.folder / "db.pipe", os.O_RDWR)
        self.watch = self.watched()

    def watched(self) -> LeaseWatch:
        return LeaseWatch.begun("db", self.folder, self.server, ALLOWED, self.now)

    def says(self, words: bytes) -> None:
        os.write(self.writer, words)

    def look(self) -> list[str]:
        return list(self.watch.look(self.now))

    def passes(self, span: timedelta) -> list[str]:
        """Let ``span`` pass while the watch looks as it does."""
        until, said = self.now + span, []
        while self.now < until:
            self.now += LOOKS
            said += self.look()
        return said

    def leads(self, span: timedelta) -> list[str]:
        """Let it lead for ``span``, with a renewal each two seconds."""
        until, said = self.now + span, []
        while self.now < until:
            self.says(b"1")
            said += self.passes(seconds(2))
        return said


@pytest.fixture
def member(tmp_path: Path) -> Member:
    one = Member(tmp_path)
    one.says(BEGINS)
    one.look()
    return one


def test_whoever_renews_its_lease_goes_on(member: Member) -> None:
    assert member.leads(seconds(300)) == []
    assert member.server.writing


def test_whoever_thaws_after_its_lease_is_ended_before_anything_is_believed(member: Member) -> None:
    member.leads(seconds(60))

    member.now += seconds(35)
    member.says(b"1")  # Patroni says on what it was about to say when it froze
    said = member.look()

    assert not member.server.writing
    assert "the lease ended" in said[0]


def test_a_short_freeze_ends_nobody(member: Member) -> None:
    member.leads(seconds(60))

    member.now += seconds(12)
    said = member.look() + member.leads(seconds(60))

    assert said == []
    assert member.server.writing


def test_a_patroni_that_hangs_leaves_nobody_writing_when_its_lease_ends(member: Member) -> None:
    member.leads(seconds(60))

    member.passes(LEASE)

    assert not member.server.writing


def test_a_word_that_came_late_buys_no_time(member: Member) -> None:
    member.leads(seconds(60))
    member.passes(seconds(14))  # it renewed at once, and hung before it said so

    member.says(b"1")
    member.passes(LEASE - seconds(14))

    assert not member.server.writing


def test_a_leader_on_a_host_so_busy_that_its_loop_takes_seven_seconds_is_left_alone(
    member: Member,
) -> None:
    chance = random.Random(7)  # noqa: S311 - a schedule
    said: list[str] = []
    for _ in range(500):
        member.says(b"1")
        said += member.passes(seconds(chance.uniform(2, 7)))
        member.now += seconds(chance.uniform(0, 1))  # the watch itself gets no turn

    assert said == []
    assert member.server.writing


def test_who_follows_or_was_told_to_pause_is_never_ended(member: Member) -> None:
    member.leads(seconds(60))
    member.says(b"V")

    member.passes(10 * LEASE)

    assert member.server.ended == 0


def test_a_standby_with_a_lease_it_did_not_give_back_is_not_ended_when_it_leads_again(
    member: Member,
) -> None:
    member.leads(seconds(10))
    member.server.writing = False  # it crashed, and follows
    member.passes(2 * LEASE)

    member.says(BEGINS)
    member.server.writing = True
    member.passes(seconds(1))

    assert member.server.ended == 0


def test_a_member_of_which_nothing_was_heard_is_left_alone(tmp_path: Path) -> None:
    silent = Member(tmp_path)  # as while its database is being made

    silent.passes(10 * LEASE)

    assert silent.server.writing


def test_a_watch_that_comes_back_goes_on_where_its_predecessor_was_killed(member: Member) -> None:
    member.leads(seconds(10))

    member.watch = member.watched()
    member.passes(LEASE)

    assert not member.server.writing


def test_a_watch_that_comes_back_after_the_lease_was_given_back_guards_nothing(
    member: Member,
) -> None:
    member.leads(seconds(10))
    member.says(b"V")
    member.passes(seconds(1))

    member.watch = member.watched()
    member.passes(2 * LEASE)

    assert member.server.writing


@pytest.mark.parametrize("seed", range(200))
def test_nobody_writes_when_somebody_else_may_lead_whatever_stands_still(
    tmp_path: Path, seed: int
) -> None:
    """Renewals, hangs of Patroni at any point, freezes of the host: the lease is the quorum's."""
    chance = random.Random(seed)  # noqa: S311 - a schedule
    member = Member(tmp_path)
    member.says(BEGINS)
    member.look()
    ends = member.now + LEASE  # by the quorum; it was taken just before
    for _ in range(60):
        renewed = member.now < ends
        if renewed:
            ends = member.now + LEASE
        for word in (b"1" if renewed else b"", b""):
            if chance.random() < 0.1:
                member.now += seconds(chance.uniform(0, 40))  # the host is frozen
                member.look()
            else:
                member.passes(seconds(chance.choice((0, 1, 2, 8, 17))))
            if not member.server.writing:
                return
            assert member.now < ends
            member.says(word)


def test_words_are_read_as_they_come_in_pieces() -> None:
    words, rest = read_words(b"1Ctime")
    more, nothing = read_words(rest + b"out=18\n1V")

    assert words == (LeaseWord.RENEWED,)
    assert more == (timedelta(seconds=18), LeaseWord.RENEWED, LeaseWord.ENDED)
    assert nothing == b""


@pytest.mark.parametrize("noise", [b"", b"xyz", b"Ctimeout=no\n", b"C" * 5000, b"Cnothing\n"])
def test_what_is_no_word_says_nothing(noise: bytes) -> None:
    assert read_words(noise) == ((), b"")


def test_a_longer_lease_is_taken_over_as_it_is_told() -> None:
    lease = Lease(ALLOWED).after((ALLOWED, LeaseWord.RENEWED), seconds(100))

    longer = lease.after((seconds(28),), seconds(101))

    assert (lease.good_until, longer.good_until) == (seconds(118), seconds(128))
