"""From what is declared and what was seen to a plan. Pure.

``moving`` has the steps of one service, and why they are in that order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.runs.plan import Plan, RunName, StepId
from dr.facts import Facts, Vote
from dr.planning.findings import SoftFinding
from dr.planning.moving import Moving
from dr.planning.plan import Basis, Deciding, Intent, Moved, RecoveryPlan, RecoveryStep
from dr.planning.request import Move, candidate, how_far, moves_text, service_in
from dr.planning.rules.lacking import had_all_alone, is_accepted
from dr.planning.rules.soft import findings
from dr.planning.rules.table import refusals
from dr.planning.rules.together import objections
from dr.planning.votes import Votes, to_retire
from dr.watch.steadiness import Steadiness
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who asks for a plan, when, and what its run will be called."""

    run: RunName
    at: datetime
    by: str
    """an operator, or who is logged in"""


def plan_switchover(
    network: Network, facts: Facts, request: Move, occasion: Occasion
) -> RecoveryPlan:
    """Return the plan that moves one service as ``plan_switchover_of`` does; of it are ``facts``.

    Raises:
        PlanRefused: a rule objects; the first objection.
    """
    return plan_switchover_of(network, {request.service: facts}, [request], occasion)


def plan_switchover_of(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    requests: Sequence[Move],
    occasion: Occasion,
) -> RecoveryPlan:
    """Return the plan that moves services with their databases, nothing lost.

    ``network`` is what runs, ``facts`` what was seen of each of them a moment ago. ``requests`` has
    a move for each, one at least, in the order in which they are to be read. What needs another of
    them is announced after it; all else goes side by side. ``occasion`` says who asks, when, and
    for which run. Equal arguments give equal plans.

    Raises:
        PlanRefused: a rule objects to one of the moves; the first objection. None is planned then.
    """
    for refusal in objections(network, facts, requests):
        raise refusal
    title = f"{Intent.SWITCHOVER} {moves_text(requests)}"
    return _plan(network, facts, list(requests), occasion, Intent.SWITCHOVER, title)


def plan_failback(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    stays: Mapping[HostName, Steadiness],
    requests: Sequence[Move],
    occasion: Occasion,
) -> RecoveryPlan:
    """Return the plan of a switchover to places that were lost and are back.

    ``stays`` says for how long the hosts there are well.

    Raises:
        PlanRefused: they are not well for long enough, or a rule objects.
    """
    for refusal in objections(network, facts, requests, stays):
        raise refusal
    title = f"{Intent.FAILBACK} {moves_text(requests)}"
    return _plan(network, facts, list(requests), occasion, Intent.FAILBACK, title)


def plan_failover(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    requests: Iterable[Move],
    occasion: Occasion,
    lost: str,
) -> RecoveryPlan:
    """Return the plan that has other sites serve what hosts served that are given up.

    ``requests`` has a move for each service, all with the same hosts lost, in the order in which
    they are to be read. What needs another of them is announced after it. ``facts`` was seen of
    each of them a moment ago. ``lost`` is what people call the hosts. Equal arguments give equal
    plans.

    Raises:
        PlanRefused: a rule objects to one of the moves; the first objection.
    """
    moves = list(requests)
    return _plan(network, facts, moves, occasion, Intent.FAILOVER, f"failover without {lost}")


def _plan(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    requests: list[Move],
    occasion: Occasion,
    intent: Intent,
    title: str,
) -> RecoveryPlan:
    asked = [
        _moving(network, facts[request.service], request, occasion, alone=len(requests) == 1)
        for request in requests
    ]
    moving = _in_need(_led_by_one(asked))
    lost, votes = requests[0].lost, facts[requests[0].service].votes
    # once, whatever moves: it is one quorum
    moving[0] = replace(moving[0], retired=to_retire(votes, lost))
    steps = [step for first, *others in _together(moving) for step in first.steps(others)]
    return Plan(
        id=occasion.run,
        title=title,
        steps=tuple(_in_order(steps)),
        basis=Basis(
            environment=network.environment,
            intent=intent,
            moves=tuple(map(_moved, moving)),
            lost=tuple(sorted(set().union(*(request.lost for request in requests)))),
            requested_by=occasion.by,
            made_at=occasion.at,
            network_digest=network.digest,
            votes=_votes(network, votes, lost) if lost else None,
            accepted_loss=next((each.accepted_loss for each in requests), ""),
            attested=any(each.attested for each in requests),
            passed_over=_findings(network, facts, requests),
            despite=next((each.despite for each in requests), ""),
        ).with_reason(),
    )


def _findings(
    network: Network, facts: Mapping[ServiceName, Facts], requests: Iterable[Move]
) -> tuple[SoftFinding, ...]:
    """Return what spoke against any of ``requests`` and was passed over, or it were refused."""
    return tuple(one for each in requests for one in findings(network, facts[each.service], each))


def _votes(
    network: Network, votes: Mapping[HostName, Vote] | None, lost: frozenset[HostName]
) -> Votes:
    """Return what is left of the quorum: of who votes now, or as declared, if nobody can tell."""
    voting = list(votes or network.voters)
    left = [host for host in voting if host not in lost]
    return Votes(len(left), len(voting), len(to_retire(votes, lost)))


def _led_by_one(moving: list[Moving]) -> Iterator[Moving]:
    """Yield ``moving``, each with the one that leads its database afterwards.

    Services of one database may go to different sites, and one copy leads. After a loss it is the
    one of theirs that lacks least, and what may be lost is told of that one for all of them.

    Raises:
        PlanRefused: that is more than one of them may lose, and nobody accepts it.
    """
    chosen = {
        first.service.database: max((first, *others), key=_goes_before)
        for first, *others in _together(moving)
    }
    for each in moving:
        heir = chosen[each.service.database]
        led = replace(each, candidate=heir.candidate, had_all=heir.had_all)
        for refusal in is_accepted(led.service, led.loss, led.request):
            raise refusal
        yield led


def _goes_before(moving: Moving) -> tuple[int, int]:
    """Return by what its candidate goes before others: nothing, where the leader can say it all."""
    return how_far(moving.facts, moving.candidate) if moving.leader_is_lost else (0, 0)


def _in_need(moving: Iterable[Moving]) -> list[Moving]:
    """Return ``moving``, each waiting for those of them that it needs."""
    by_name = {each.service.name: each for each in moving}
    return [
        replace(
            each,
            awaited=tuple(
                step
                for needed in each.service.needs
                if needed in by_name
                for step in by_name[needed].arrivals
            ),
        )
        for each in by_name.values()
    ]


def _in_order(steps: Iterable[RecoveryStep]) -> Iterator[RecoveryStep]:
    """Yield ``steps`` as they come, but each after those that it needs."""
    waiting = list(steps)
    earlier: set[StepId] = set()
    while waiting:
        step = next(step for step in waiting if earlier.issuperset(step.needs))
        waiting.remove(step)
        earlier.add(step.id)
        yield step


def _together(moving: Iterable[Moving]) -> Iterable[list[Moving]]:
    """Return who shares a database, first who was asked for first."""
    groups: dict[DatabaseName, list[Moving]] = {}
    for each in moving:
        groups.setdefault(each.service.database, []).append(each)
    return groups.values()


def _moving(
    network: Network, facts: Facts, request: Move, occasion: Occasion, *, alone: bool
) -> Moving:
    for refusal in refusals(network, facts, request):
        raise refusal
    chosen = candidate(network, facts, request)
    if facts.placement is None or facts.claim is None or chosen is None:
        raise AssertionError("rules let pass what cannot be planned")
    return Moving(
        network=network,
        service=service_in(network, request),
        request=request,
        facts=facts,
        placed=facts.placement,
        claim=facts.claim,
        candidate=chosen.host,
        had_all=had_all_alone(network, facts, request),
        run=occasion.run,
        prefix="" if alone else f"{request.service}.",
    )


def _moved(moving: Moving) -> Moved:
    return Moved(
        service=moving.service.name,
        database=moving.service.database,
        source=moving.placed.site,
        target=moving.request.target,
        candidate=moving.candidate,
        deciding=Deciding.among(moving.facts, moving.request, moving.candidate),
        loss=moving.loss,
        needs=moving.service.needs,
        needed_by=tuple(
            service.name
            for service in moving.network.services
            if moving.service.name in service.needs
        ),
    )
