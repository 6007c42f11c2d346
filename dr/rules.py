"""Reasons to refuse a switchover before anything is touched.

A rule is a function from (network, facts, request) to refusals. To add one, write it
and put it in ``RULES``. What cannot be seen counts as bad. The smallest rule::

    def placement_is_known(_: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
        if facts.placement is None:
            yield PlanRefused(
                f"nobody can say where {request.service} is served",
                expected="a placement record in etcd",
                actual=UNKNOWN,
                next_step="look at `ndc status`; when it can be seen again, ask again",
            )
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, TypeAlias

from core.errors import PlanRefused
from dr.conditions import LAG_LIMIT_BYTES
from dr.copies import UNKNOWN, objections, watched
from dr.facts import Facts
from dr.plan import Deciding, RecoveryPlan
from inventory.host_units import application_unit
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Member, Network, Service
from inventory.problems import nearest

_LOOK: Final = "look at `ndc status`; when it can be seen again, ask again"


@dataclass(frozen=True, slots=True)
class Switchover:
    """What a person asks for: have ``target`` serve ``service``, with its database."""

    service: ServiceName
    target: SiteName


Rule: TypeAlias = Callable[[Network, Facts, Switchover], Iterator[PlanRefused]]


def service_in(network: Network, request: Switchover) -> Service:
    """Return the service that ``request`` names.

    Raises:
        PlanRefused: there is none of that name.
    """
    try:
        return network.service(request.service)
    except KeyError:
        meant = nearest(request.service, (service.name for service in network.services))
        raise PlanRefused(
            f"there is no service called {request.service}",
            expected=", ".join(service.name for service in network.services),
            actual=request.service,
            next_step=f"did you mean {meant}?" if meant else "ndc show workloads lists them",
        ) from None


def candidates(network: Network, request: Switchover) -> list[Member]:
    """Return the synchronous members of the service's database at the target, best first."""
    members = network.database(service_in(network, request).database).members
    return [m for m in members if m.site == request.target and m.synchronous]


def target_may_serve(network: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Refuse a site that the inventory does not name, or where the service is already."""
    service = service_in(network, request)
    declared = (service.home, *service.refuges)
    if request.target not in declared:
        yield PlanRefused(
            f"{request.service} may not be served at {request.target}",
            expected=f"its home or one of its refuges: {', '.join(declared)}",
            actual=request.target,
            next_step="choose one of them, or add a refuge to the inventory",
        )
    placed = facts.placement
    if placed and placed.site == request.target and facts.leader in _at_target(network, request):
        yield PlanRefused(
            f"{request.service} is at {request.target} already, with its database",
            expected="another site",
            actual=f"there since epoch {placed.epoch}",
            next_step="nothing is to be done",
        )


def placement_is_known(_: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Without a quorum nobody knows the active site, and nobody may change it."""
    if facts.placement is None:
        yield PlanRefused(
            f"nobody can say where {request.service} is served",
            expected="a placement record in etcd",
            actual=UNKNOWN,
            next_step=_LOOK,
        )


def records_can_be_changed(_: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Refuse to begin what cannot be written down: a quorum that only reads shows every record."""
    if facts.alarms is None or facts.alarms:
        yield PlanRefused(
            f"no run can write down that it moves {request.service}",
            expected="an etcd that takes writes",
            actual=UNKNOWN
            if facts.alarms is None
            else f"its alarm: {', '.join(sorted(facts.alarms))}",
            next_step=_LOOK if facts.alarms is None else "ndc dr make-room",
        )


def nobody_else_moves_it(_: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Two runs never touch one workload at once."""
    if facts.claim is None or facts.claim.run is not None:
        holder = facts.claim.run if facts.claim else None
        yield PlanRefused(
            f"another run may be moving {request.service}",
            expected="that no run holds it",
            actual=f"{holder} does" if holder else UNKNOWN,
            next_step=f"ndc dr show {holder}; then ndc dr resume or abort it" if holder else _LOOK,
        )


def target_is_reachable(
    network: Network, facts: Facts, request: Switchover
) -> Iterator[PlanRefused]:
    """Hosts at the target answer, and the application there reaches its database."""
    service = service_in(network, request)
    if request.target not in (service.home, *service.refuges):
        return  # nobody of this service is there to be asked
    if request.target not in facts.reachable:
        yield PlanRefused(
            f"{request.target} does not answer",
            expected=f"answers from the hosts of {request.target}",
            actual="none",
            next_step=_LOOK,
        )
    for host in service.hosts:
        if network.host(host).site == request.target and host not in facts.answering:
            unit = application_unit(request.service)
            yield PlanRefused(
                f"{request.service} is not ready on {host}",
                expected="an application that answers and reaches its database",
                actual="no such answer",
                next_step=f"ndc ssh {host} -- journalctl -u {unit} -n 20",
            )


def source_lets_go(network: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Refuse a move that could be begun and never ended: the old site must withdraw the address."""
    placed = facts.placement
    if placed is None or placed.site == request.target:
        return
    for host in service_in(network, request).hosts:
        if network.host(host).site == placed.site and host not in facts.obeying:
            yield PlanRefused(
                f"{host} would not hear that {request.service} moves away from it",
                expected=f"an answer of the guard on {host}, which announces the address",
                actual=UNKNOWN,
                next_step=f"ndc status; when {host} answers again, ask again",
            )


def one_leader_is_seen(
    network: Network, facts: Facts, request: Switchover
) -> Iterator[PlanRefused]:
    """Refuse to guess: a switchover names the leader that stops."""
    if facts.leader is None:
        database = service_in(network, request).database
        leaders = [host for host, member in facts.members.items() if member.leads]
        yield PlanRefused(
            f"nobody can say who leads {database}",
            expected="one leader",
            actual=" and ".join(leaders) or UNKNOWN,
            next_step=_LOOK,
        )


def candidate_has_everything(
    network: Network, facts: Facts, request: Switchover
) -> Iterator[PlanRefused]:
    """Nothing acknowledged is lost: the candidate is a synchronous standby, and keeps up."""
    names = _at_target(network, request)
    database = service_in(network, request).database
    if not names:
        yield PlanRefused(
            f"{database} has no synchronous member at {request.target}",
            expected="a member that may become the leader without a loss",
            actual="none is declared",
            next_step="choose a site with a synchronous member",
        )
        return
    candidate = names[0]
    if facts.leader == candidate:
        return
    if candidate not in (facts.synchronous or ()):
        yield PlanRefused(
            f"{candidate} is not a synchronous standby of {database}",
            expected=candidate,
            actual=_listed(facts.synchronous),
            next_step="wait until it is in step: `ndc status` shows the replicas",
        )
    yield from _lag(facts, candidate, database)
    if facts.leader is not None:
        yield from objections(database, facts.leader, candidate, facts)


def patroni_watches(network: Network, facts: Facts, request: Switchover) -> Iterator[PlanRefused]:
    """Refuse to move a database while nobody would replace a leader that is lost."""
    database = service_in(network, request).database
    if facts.leader not in _at_target(network, request):
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


RULES: Final[tuple[Rule, ...]] = (
    target_may_serve,
    placement_is_known,
    records_can_be_changed,
    nobody_else_moves_it,
    target_is_reachable,
    source_lets_go,
    one_leader_is_seen,
    candidate_has_everything,
    patroni_watches,
)


def refusals(network: Network, facts: Facts, request: Switchover) -> list[PlanRefused]:
    """Return every objection of every rule."""
    return [refusal for rule in RULES for refusal in rule(network, facts, request)]


def staleness(
    plan: RecoveryPlan, network: Network, facts: Facts, now: datetime
) -> list[PlanRefused]:
    """Return why ``plan`` may no longer be begun: too old, or decided on what is no longer so.

    ``network``, ``facts`` and ``now`` are the declared network, what is seen and the time, all
    at the moment at which the plan is to be begun.
    """
    basis = plan.basis
    again = f"ndc dr plan {basis.service} --to {basis.target}"
    objections = []
    if now > basis.expires_at:
        actual = f"{now:%H:%M:%S}"
        objections.append(_stale(plan, f"begun before {basis.expires_at:%H:%M:%S}", actual, again))
    if network.digest != basis.network_digest:
        expected = f"the inventory with digest {basis.network_digest[:12]}"
        objections.append(_stale(plan, expected, network.digest[:12], again))
    deciding = Deciding.among(facts)
    for field in fields(Deciding):
        then, today = getattr(basis.deciding, field.name), getattr(deciding, field.name)
        if then != today:
            objections.append(_stale(plan, f"{field.name} as it was: {then}", str(today), again))
    return objections


def _stale(plan: RecoveryPlan, expected: str, actual: str, again: str) -> PlanRefused:
    return PlanRefused(
        f"plan {plan.id} is out of date", expected=expected, actual=actual, next_step=again
    )


def _at_target(network: Network, request: Switchover) -> list[HostName]:
    return [member.host for member in candidates(network, request)]


def _listed(hosts: frozenset[HostName] | None) -> str:
    return UNKNOWN if hosts is None else ", ".join(sorted(hosts)) or "there is none"
