"""Whether a copy of a database may be removed and made anew from its leader. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import NotSeen, PlanRefused
from dr.logs.tail import Tail
from inventory.names import DatabaseName, HostName
from inventory.network import Database, Network
from inventory.problems import nearest

_LOOK: Final = "look at `ndc status`; then ask again"


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What Patroni says of one copy now."""

    leads: bool
    streams: bool
    timeline: int | None
    """the one that it writes or follows; None: not known"""
    state: str
    """Patroni's word"""


def database_in(network: Network, name: str, host: str) -> Database:
    """Return the database called ``name``, which has a copy on ``host``.

    Raises:
        PlanRefused: there is none, or it has none there.
    """
    database = database_called(network, name)
    hosts = [str(member.host) for member in database.members]
    if host not in hosts:
        raise _misnamed(f"{name} has no copy on {host}", host, hosts)
    return database


def database_called(network: Network, name: str) -> Database:
    """Return the database called ``name``; raises PlanRefused if there is none."""
    names = [str(database.name) for database in network.databases]
    if name not in names:
        raise _misnamed(f"there is no database called {name}", name, names)
    return network.database(DatabaseName(name))


def leader_for(
    database: DatabaseName, host: HostName, copies: Mapping[HostName, CopyFacts]
) -> HostName:
    """Return from whom the copy on ``host`` can be made anew.

    Raises:
        PlanRefused: it leads itself, or nobody does.
    """
    leaders = [name for name, copy in copies.items() if copy.leads]
    if host in leaders:
        raise PlanRefused(
            f"{host} leads {database}: its copy is the one that all others are made from",
            expected="a copy that follows",
            actual="it leads",
            next_step="move the service with its database: ndc dr switchover SERVICE --to SITE",
        )
    if len(leaders) != 1:
        raise PlanRefused(
            f"{database} has no leader from whom a copy could be made",
            expected="one leader",
            actual=", ".join(leaders) or "none",
            next_step=_LOOK,
        )
    return leaders[0]


def demand_kept(tail: Tail | None) -> None:
    """Return if nothing is lost with the copy whose log has ``tail``; None: it has none.

    Raises:
        PlanRefused: what only that copy holds is not kept.
    """
    if tail is not None and tail.kept is None:
        raise PlanRefused(
            tail.sentence(),
            expected="that it is kept before the copy is removed",
            actual="it could not be kept",
            next_step=f"make room on {tail.host}: ndc ssh {tail.host} -- df -h /var/lib/postgresql",
        )


def known_fork(own: int, timeline: int | None, forks: Mapping[int, int]) -> tuple[int, int] | None:
    """Return up to where a log on timeline ``own`` surely is the leader's; None: all along.

    The leader is on ``timeline``, and ``forks`` says where each earlier one ended. Two timelines
    of one number may be two: then only what lies before them is surely the same.

    Raises:
        NotSeen: the leader does not tell yet.
    """
    if timeline == 1:
        return None
    last = min(own, timeline - 1) if timeline is not None else own
    if timeline is None or last not in forks:
        raise NotSeen(
            f"nobody tells where the leader's log left timeline {last}",
            refused=False,
            expected="the history of the leader's timelines",
            actual=f"timelines {', '.join(map(str, forks)) or 'none'}",
            next_step="ask again in some seconds: a new leader tells late",
        )
    return last, forks[last]


def is_made(copy: CopyFacts | None, leader: CopyFacts | None, *, stopped: bool) -> bool:
    """Tell whether ``copy`` is the new one: it follows ``leader``, and the old one ``stopped``."""
    return bool(
        stopped
        and copy
        and leader
        and copy.streams
        and leader.leads
        and copy.timeline == leader.timeline is not None
    )


def _misnamed(what: str, actual: str, names: list[str]) -> PlanRefused:
    meant = nearest(actual, names)
    return PlanRefused(
        what,
        expected=", ".join(names),
        actual=actual,
        next_step=f"did you mean {meant}?" if meant else "ndc show workloads lists them",
    )
