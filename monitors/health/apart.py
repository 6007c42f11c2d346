"""Members that wait for a person: they hold what no other has, or their disk takes no writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.host_paths import POSTGRESQL_KEPT
from monitors.health.concern import Concern, Condition
from monitors.health.snapshot import DatabaseView, MemberView

_NUMBERS: Final = {None: "an unknown number of commits", 1: "1 commit"}


def of_apart(database: DatabaseView) -> Iterator[Concern]:
    """Yield one concern a member of ``database`` that stays apart, or whose disk is at fault.

    That is its own cause.
    """
    for member in database.members:
        if member.disk is not None:
            sentence = f"the disk of {member.host} takes no writes: it is {member.disk}"
            yield Concern(database.name, Condition.CRITICAL, sentence, member.host)
        if member.apart is not None:
            sentence = _sentence(database, member)
            yield Concern(database.name, Condition.CRITICAL, sentence, member.host)


def _sentence(database: DatabaseView, member: MemberView) -> str:
    apart = member.apart
    assert apart  # noqa: S101 - the caller has looked
    since = f" since {apart.since:%Y-%m-%d %H:%M:%SZ}" if apart.since else ""
    kept = (
        f"kept in {POSTGRESQL_KEPT / database.name}, then: ndc dr reseed"
        if apart.kept
        else "NOT KEPT, make room and: ndc dr reseed"
    )
    return (
        f"{member.host} has {_NUMBERS.get(apart.commits, f'{apart.commits} commits')}{since} "
        f"that no other member has, {kept} {database.name} {member.host}"
    )
