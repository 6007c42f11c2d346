"""What endangers a copy of a database, or is known of it that Patroni does not show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from dr.logs.log_end import written
from dr.logs.seam import reseed, told_apart
from inventory.names import HostName
from monitors.health.clocks import ahead_of_now
from monitors.health.concern import Concern, Condition
from monitors.health.promise import TOLD_LATE
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView

_FOLLOWING: Final = frozenset({"running", "streaming"})

_FAR_BEHIND_BYTES: Final = 256 * 2**20
"""no copy within a recovery point is further behind than this, where its age is not told"""


def of_age(
    database: DatabaseView,
    member: MemberView,
    dead: frozenset[HostName],
    out: frozenset[HostName] = frozenset(),
) -> Iterator[Concern]:
    """Yield that the copy of ``member`` is older, or further behind, than was promised.

    Of those that are ``dead`` others tell; what leads is no copy. Those that are ``out`` grow older
    until a person does something.
    """
    if member.host in dead or member.role is MemberRole.LEADER:
        return
    if member.early is not None:
        sentence = ahead_of_now(member.host, member.early, database.leader or member.host)
        yield Concern(database.name, Condition.WARNING, sentence)
        return
    cause = member.host if member.host in out else None
    allowed = max(database.recovery_point or timedelta(), TOLD_LATE)
    if member.age is not None and database.recovery_point is not None and member.age > allowed:
        age, most = member.age.total_seconds(), allowed.total_seconds()
        sentence = f"the copy of {member.host} is {age:.0f} s old, of at most {most:g} s"
        yield Concern(database.name, Condition.WARNING, sentence, cause)
    elif (member.lag_bytes or 0) > _FAR_BEHIND_BYTES:
        behind = (member.lag_bytes or 0) / 10**6
        sentence = f"the copy of {member.host} is {behind:.0f} MB behind"
        yield Concern(database.name, Condition.WARNING, sentence, cause)


def of_logs(
    database: DatabaseView, leader: HostName, dead: frozenset[HostName], full: frozenset[HostName]
) -> Iterator[Concern]:
    """Yield what is wrong between the logs of copies and that of ``leader``.

    Nobody waits for a copy that can never follow again: a person has to make it anew. Nor for
    one on a host whose disk is ``full``: it follows when there is room.
    """
    for member in database.members:
        cause = member.host if member.host in full else None
        if member.host in dead or member.host == leader or member.progress is None:
            continue
        if member.seam is not None and not member.seam.holds:
            sentence = f"{_parted(member, leader)}; next: {reseed(database.name, member.host)}"
            yield Concern(database.name, Condition.CRITICAL, sentence, member.host)
        elif member.state in _FOLLOWING and database.hears(member) is False:
            at = written(member.progress.replayed)
            sentence = f"{member.host} stands at {at} and follows nobody: {leader} sends it nothing"
            if cause is None:
                sentence += f"; if that stays so: {reseed(database.name, member.host)}"
            yield Concern(database.name, Condition.WARNING, sentence, cause)
        elif member.progress.stands_still:
            sentence = (
                f"{member.host} does not replay what it receives: it stands at "
                f"{written(member.progress.replayed)}, {member.progress.unreplayed} bytes behind"
            )
            yield Concern(database.name, Condition.WARNING, sentence, cause)


def of_connections(database: DatabaseView, dead: frozenset[HostName]) -> Iterator[Concern]:
    """Yield which members refuse the next program that connects."""
    for member in database.members:
        if member.connections_left == 0 and member.host not in dead:
            leads = member.host == database.leader
            condition = Condition.CRITICAL if leads else Condition.WARNING
            sentence = f"{member.host} takes no more connections: all are used"
            yield Concern(database.name, condition, sentence)


def _parted(member: MemberView, leader: HostName) -> str:
    assert member.progress is not None  # noqa: S101 - of_logs looks at no other
    assert member.seam is not None  # noqa: S101 - as above
    if member.seam.holds is False:
        return told_apart(member.host, leader, member.progress, member.seam)
    at = written(member.progress.replayed)
    return f"{member.host} can follow no more: {leader} keeps its log no more from {at} on"
