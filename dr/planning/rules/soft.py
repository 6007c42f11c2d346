"""Findings that a named person may pass over, with a reason, for one run. Pure.

None of them asks whether two could write, or what could be lost: rules that nobody passes over do.
What cannot be seen counts as bad here as well, for the same word passes over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from dr.facts import Facts
from dr.placement import BY_ITSELF, serving_at
from dr.planning.copies import UNKNOWN
from dr.planning.findings import Caution, SoftFinding
from dr.planning.request import Move, service_in
from dr.watch.judging import command, rest_of
from inventory.names import HostName
from inventory.network import Network

SoftRule: TypeAlias = Callable[[Network, Facts, Move], Iterator[SoftFinding]]


def it_was_not_moved_just_now(
    network: Network, facts: Facts, request: Move
) -> Iterator[SoftFinding]:
    """Object to move what a failover brought where it is less than its rest ago.

    What is lost again so soon has a cause that nobody has found. Going home is another matter:
    ``ndc dr failback`` asks that home stayed well, and whoever does not wait types a switchover.
    What was moved on purpose since then may move at once.
    """
    service, placed = service_in(network, request), facts.placement
    if placed is None or (not request.lost and request.target == service.home):
        return
    rest = f"{rest_of(service).total_seconds():g} s"
    if facts.failed_over is None:
        yield SoftFinding(
            service.name,
            Caution.FLAPPING,
            f"nobody can say whether a failover moved {service.name} a short while ago",
            expected=f"that none did in the last {rest}",
            actual=UNKNOWN,
        )
    elif placed in facts.failed_over:
        run = "a controller" if placed.run == BY_ITSELF else placed.run
        yield SoftFinding(
            service.name,
            Caution.FLAPPING,
            f"{service.name} would be moved again, shortly after a failover moved it",
            expected=f"that it stays there for {rest}",
            actual=f"{run} moved it to {placed.site} after a loss, epoch {placed.epoch}",
        )


def target_has_as_many_hosts(
    network: Network, facts: Facts, request: Move
) -> Iterator[SoftFinding]:
    """Object to hosts out of order at the target, where fewer are left than serve it now.

    That fewer are declared there is no finding: whoever declared it decided that they suffice.
    """
    service, placed = service_in(network, request), facts.placement
    if placed is None or placed.site == request.target:
        return
    able = (facts.obeying - request.lost) if request.lost else facts.answering
    declared = serving_at(network, service, request.target)
    left = [host for host in declared if host in able]
    before = _serving_now(network, facts, request)
    if left and len(left) < min(len(declared), before):
        out = ", ".join(host for host in declared if host not in able)
        yield SoftFinding(
            service.name,
            Caution.CAPACITY,
            f"fewer hosts would serve {service.name} at {request.target} than at {placed.site}",
            expected=f"{min(len(declared), before)} that answer, of {len(declared)} declared there",
            actual=f"{len(left)}; {out} {'does' if len(declared) == len(left) + 1 else 'do'} not",
        )


def _serving_now(network: Network, facts: Facts, request: Move) -> int:
    """Return how many serve it where it is: as declared, where they are lost."""
    site = facts.placement.site if facts.placement else request.target
    hosts: list[HostName] = serving_at(network, service_in(network, request), site)
    if request.lost:
        return len(hosts)
    return len(facts.answering.intersection(hosts))


SOFT_RULES: Final[tuple[SoftRule, ...]] = (it_was_not_moved_just_now, target_has_as_many_hosts)


def findings(network: Network, facts: Facts, request: Move) -> list[SoftFinding]:
    """Return all that a person would have to pass over to have ``request`` planned."""
    return [one for rule in SOFT_RULES for one in rule(network, facts, request)]


def typed(network: Network, request: Move) -> str:
    """Return what a person types for ``request``."""
    if request.lost:
        accepted = ' --accept-loss "…"' if request.accepted_loss else ""
        attested = " --attest" if request.attested else ""
        return f"{command(network, request.lost, 'failover')}{accepted}{attested}"
    return f"ndc dr switchover {request.service} --to {request.target}"
