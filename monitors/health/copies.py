"""What endangers a copy of a database, or is known of it that Patroni does not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dr.log_end import written
from dr.seam import reseed, told_apart
from inventory.names import HostName
from monitors.health.concern import Concern, Condition
from monitors.health.snapshot import DatabaseView, MemberView

_FOLLOWING: Final = frozenset({"running", "streaming"})


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
