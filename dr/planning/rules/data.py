"""Rules about the database: who leads it, and whether another may. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import PlanRefused
from dr.conditions import LAG_LIMIT_BYTES
from dr.facts import Facts
from dr.planning.copies import UNKNOWN, objections, watched
from dr.planning.request import Move, candidate, members_at_target, service_in
from dr.planning.rules.lacking import lacks, may_lack, replays
from inventory.names import HostName
from inventory.network import Network

_LOOK: Final = "look at `ndc status`; when it can be seen again, ask again"


def one_leader_is_seen(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to guess: a switchover names the leader that stops."""
    leaders = [host for host, member in facts.members.items() if member.leads]
    if request.lost and not set(leaders) - request.lost and facts.members:
        return  # who led is lost, and whoever takes over is named by the plan
    if facts.leader is None:
        database = service_in(network, request).database
        yield PlanRefused(
            f"nobody can say who leads {database}",
            expected="one leader",
            actual=" and ".join(leaders) or UNKNOWN,
            next_step=_LOOK,
        )


def candidate_has_everything(
    network: Network, facts: Facts, request: Move
) -> Iterator[PlanRefused]:
    """Nothing acknowledged is lost: the candidate is a synchronous standby, and keeps up."""
    chosen = candidate(network, facts, request)
    database = service_in(network, request).database
    if chosen is None:
        yield PlanRefused(
            f"{database} has no synchronous member at {request.target}",
            expected="a member that may become the leader without a loss",
            actual="none is declared",
            next_step="choose a site with a synchronous member",
        )
        return
    host = chosen.host
    if facts.leader == host:
        return
    if may_lack(facts, request, chosen):
        yield from lacks(database, facts, request, host)
        return
    if host not in (facts.synchronous or ()):
        yield PlanRefused(
            f"{host} is not a synchronous standby of {database}",
            expected=host,
            actual=_listed(facts.synchronous),
            next_step="wait until it is in step: `ndc status` shows the replicas",
        )
    if request.lost and facts.leader in {None, *request.lost}:
        yield from replays(facts, host, database)
        return  # a leader that is lost sends nothing, and tells nothing
    yield from _lag(facts, host, database)
    if facts.leader is not None:
        yield from objections(database, facts.leader, host, facts)


def patroni_watches(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to move a database while nobody would replace a leader that is lost."""
    database = service_in(network, request).database
    if facts.leader not in members_at_target(network, request):
        yield from watched(database, facts)


def _lag(facts: Facts, candidate: HostName, database: str) -> Iterator[PlanRefused]:
    member = facts.members.get(candidate)
    lag = member.lag_bytes if member and member.streams else None
    if lag is None or lag > LAG_LIMIT_BYTES:
        yield PlanRefused(
            f"{candidate} is too far behind in {database}",
            expected=f"streaming, at most {LAG_LIMIT_BYTES} bytes behind",
            actual=UNKNOWN if lag is None else f"{lag} bytes",
            next_step="wait until it has caught up: `ndc status` shows the lag",
        )


def _listed(hosts: frozenset[HostName] | None) -> str:
    return UNKNOWN if hosts is None else ", ".join(sorted(hosts)) or "there is none"
