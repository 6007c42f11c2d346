"""Rules about sites and records: who serves now, and who may. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import PlanRefused
from dr.admission import called
from dr.facts import Facts
from dr.placement import Claim, Placement, serving_at
from dr.planning.copies import UNKNOWN
from dr.planning.request import Move, candidate, members_at_target, service_in
from dr.planning.votes import tolerated
from inventory.host_units import application_unit
from inventory.names import PlacedName
from inventory.network import Network

_LOOK: Final = "look at `ndc status`; when it can be seen again, ask again"


def target_may_serve(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
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
    if (
        placed
        and placed.site == request.target
        and facts.leader in members_at_target(network, request)
    ):
        yield PlanRefused(
            f"{request.service} is at {request.target} already, with its database",
            expected="another site",
            actual=f"there since epoch {placed.epoch}",
            next_step="nothing is to be done",
        )


def placement_is_known(_: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Without a quorum nobody knows the active site, and nobody may change it."""
    yield from is_placed(request.service, facts.placement)


def is_placed(name: PlacedName, placement: Placement | None) -> Iterator[PlanRefused]:
    """Refuse to move what nobody can say where it is."""
    if placement is None:
        yield PlanRefused(
            f"nobody can say where {name} is served",
            expected="a placement record in etcd",
            actual=UNKNOWN,
            next_step=_LOOK,
        )


def records_can_be_changed(_: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to begin what cannot be written down: a quorum that only reads shows every record."""
    yield from can_be_written_down(request.service, facts.alarms)


def can_be_written_down(name: PlacedName, alarms: frozenset[str] | None) -> Iterator[PlanRefused]:
    """Refuse to move ``name`` while the quorum raises ``alarms``, or cannot be asked."""
    if alarms is None or alarms:
        yield PlanRefused(
            f"no run can write down that it moves {name}",
            expected="an etcd that takes writes",
            actual=UNKNOWN if alarms is None else f"its alarm: {', '.join(sorted(alarms))}",
            next_step=_LOOK if alarms is None else "ndc dr make-room",
        )


def nobody_else_moves_it(_: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Two runs never touch one workload at once."""
    yield from is_free(request.service, facts.claim)


def is_free(name: PlacedName, claim: Claim | None) -> Iterator[PlanRefused]:
    """Refuse to move ``name`` while ``claim`` is a run's, or nobody can say whose it is."""
    if claim is None or claim.run is not None:
        holder = claim.run if claim else None
        yield PlanRefused(
            f"another run may be moving {name}",
            expected="that no run holds it",
            actual=f"{holder} does" if holder else UNKNOWN,
            next_step=f"ndc dr show {holder}; then ndc dr resume or abort it" if holder else _LOOK,
        )


def target_is_admitted(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse what was given up and nobody admitted since: what it holds was not looked at."""
    chosen = candidate(network, facts, request)
    leads = {chosen.host} - {facts.leader} if chosen else set()
    serving = serving_at(network, service_in(network, request), request.target)
    if facts.excluded is None:
        yield kept_out_unseen(request.service)
        return
    out = facts.excluded - request.lost
    waiting = out & {*leads, *serving} if set(serving) <= out else out & leads
    if waiting:
        name = called(network, waiting)
        yield PlanRefused(
            f"{' and '.join(sorted(waiting))} was given up, and nobody admitted it since",
            expected=f"hosts at {request.target} that were admitted",
            actual="kept out",
            next_step=f"ndc dr admit {name} shows what it would bring back",
        )


def kept_out_unseen(name: PlacedName) -> PlanRefused:
    """Return why ``name`` is not moved while nobody can say which hosts are kept out."""
    return PlanRefused(
        f"nobody can say whether {name} would come to a host that was given up",
        expected="an etcd that tells which hosts nobody admitted yet",
        actual=UNKNOWN,
        next_step=_LOOK,
    )


def quorum_bears_another_loss(
    network: Network, facts: Facts, request: Move
) -> Iterator[PlanRefused]:
    """Refuse to move on purpose while one more voter's loss would end every record.

    After a loss one moves all the same. A network that never bore one is not held to it.
    """
    declared = len(network.voters)
    if request.lost or tolerated(declared, declared) < 1:
        return
    votes = facts.votes
    well = [host for host, vote in (votes or {}).items() if vote.is_well]
    if votes is None or tolerated(len(well), len(votes)) < 1:
        yield PlanRefused(
            "the quorum tolerates the loss of no other voter",
            expected="one that may be lost, before anything is moved on purpose",
            actual=UNKNOWN if votes is None else f"{len(well)} of {len(votes)} votes are well",
            next_step="look at `ndc status`; ndc dr replace-voter HOST has a voter vote again",
        )


def target_is_reachable(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Hosts at the target answer, and the application of one of them reaches its database."""
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
    if request.lost and facts.leader in {None, *request.lost}:
        yield from _obeyed(network, facts, request)
        return  # no application can answer before another leads
    hosts = serving_at(network, service, request.target)
    for host in hosts if facts.answering.isdisjoint(hosts) else ():
        unit = application_unit(request.service)
        yield PlanRefused(
            f"{request.service} is not ready on {host}",
            expected="an application that answers and reaches its database",
            actual="no such answer",
            next_step=f"ndc ssh {host} -- journalctl -u {unit} -n 20",
        )


def source_lets_go(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse a move that could be begun and never ended: the old site must withdraw the address."""
    placed = facts.placement
    if placed is None or placed.site == request.target:
        return
    for host in serving_at(network, service_in(network, request), placed.site):
        if host not in request.lost and host not in facts.obeying:
            yield PlanRefused(
                f"{host} would not hear that {request.service} moves away from it",
                expected=f"an answer of the guard on {host}, which announces the address",
                actual=UNKNOWN,
                next_step=f"ndc status; when {host} answers again, ask again",
            )


def _obeyed(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    hosts = serving_at(network, service_in(network, request), request.target)
    for host in hosts if (facts.obeying - request.lost).isdisjoint(hosts) else ():
        yield PlanRefused(
            f"{host} would not hear that it is to serve {request.service}",
            expected=f"an answer of the guard on {host}, which announces the address",
            actual="it is said to be lost" if host in request.lost else UNKNOWN,
            next_step="choose another site: --to SITE",
        )
