"""Reasons not to promote a copy, by its own word and its leader's. Pure.

Patroni shows what each member last wrote into etcd: a copy may be "streaming, lag 0 B" there,
and neither follow nor replay. What counts is what the copy shows, and whom the leader sends to.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import PlanRefused
from core.host_paths import PATRONI_SETTINGS, VENV
from dr.facts import Facts
from dr.logs.log_end import written
from dr.logs.seam import LogProgress, reseed, told_apart
from inventory.names import DatabaseName, HostName

UNKNOWN = "it cannot be seen"
_LOOK = "look at `ndc status`; when it can be seen again, ask again"


def objections(
    database: DatabaseName, leader: HostName, candidate: HostName, facts: Facts
) -> Iterator[PlanRefused]:
    """Yield why ``candidate`` is not to take over ``database`` from ``leader``."""
    own, leading = facts.progress.get(candidate), facts.progress.get(leader)
    if own is None or leading is None:
        silent = candidate if own is None else leader
        yield PlanRefused(
            f"nobody can say how far {silent} came in {database}",
            expected=f"an answer of PostgreSQL at {silent}",
            actual=UNKNOWN,
            next_step=_LOOK,
        )
        return
    if candidate not in leading.sends_to:
        yield _stranger(database, leader, candidate, facts, own, leading)
    if own.stands_still:
        yield PlanRefused(
            f"{candidate} does not replay what it receives of {database}",
            expected=f"replayed to {written(own.received)}, which it had a second ago",
            actual=f"at {written(own.replayed)}, {own.unreplayed} bytes behind that",
            next_step=f"ndc ssh {candidate} -- journalctl -u patroni-{database} -n 20",
        )


def watched(database: DatabaseName, facts: Facts) -> Iterator[PlanRefused]:
    """Yield that Patroni was told to leave ``database`` as it is, or that nobody can say."""
    if facts.paused is not False:
        yield PlanRefused(
            f"Patroni of {database} is paused"
            if facts.paused
            else f"nobody can say whether Patroni of {database} is paused",
            expected="a Patroni that replaces a leader which is lost during the move",
            actual="automatic failover is off, until a person says otherwise"
            if facts.paused
            else UNKNOWN,
            next_step=_resume(database, facts) if facts.paused else _LOOK,
        )


def _stranger(
    database: DatabaseName,
    leader: HostName,
    candidate: HostName,
    facts: Facts,
    own: LogProgress,
    leading: LogProgress,
) -> PlanRefused:
    """Return what is wrong with a copy that its leader sends nothing to."""
    seam = facts.seams.get(candidate)
    knows = ", ".join(sorted(leading.sends_to)) or "nobody"
    if seam is not None and seam.holds is False:
        return PlanRefused(
            told_apart(candidate, leader, own, seam),
            expected=f"a copy that {leader} sends its log of {database} to",
            actual=f"{leader} sends it to {knows}",
            next_step=reseed(database, candidate),
        )
    is_gone = seam is not None and seam.holds is None
    return PlanRefused(
        f"{candidate} does not follow {leader} in {database}",
        expected=f"that {leader} sends its log to {candidate}",
        actual=f"{leader} keeps its log no more from {written(own.replayed)} on"
        if is_gone
        else f"{leader} sends it to {knows}",
        next_step=reseed(database, candidate)
        if is_gone
        else "wait until it follows: `ndc status` says what keeps it",
    )


def _resume(database: DatabaseName, facts: Facts) -> str:
    host = facts.leader or min(facts.members)
    settings = PATRONI_SETTINGS / f"{database}.yml"
    return f"ndc ssh {host} -- {VENV}/bin/patronictl -c {settings} resume {database}"
