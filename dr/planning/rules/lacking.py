"""Rules about a copy that may lack what was acknowledged: when it may lead all the same. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import PlanRefused
from dr.facts import Facts
from dr.planning.bound import LossBound, bound
from dr.planning.copies import UNKNOWN
from dr.planning.request import Move, candidate, service_in
from inventory.names import HostName
from inventory.network import Member, Network, Service

_LOOK: Final = "look at `ndc status`; when it can be seen again, ask again"


def lacks(database: str, facts: Facts, request: Move, heir: HostName) -> Iterator[PlanRefused]:
    """Refuse a copy that follows asynchronously while anybody is left who has every write."""
    if facts.leader not in {None, *request.lost}:
        yield PlanRefused(
            f"{database} is led by {facts.leader}, which is not given up",
            expected="that no other leads, where one is promoted that may lack writes",
            actual=f"{facts.leader} leads",
            next_step="choose its site: --to SITE",
        )
        return
    if facts.last_word is None or not facts.last_word.had_all:
        yield PlanRefused(
            f"nobody can say who has every acknowledged write of {database}",
            expected="what the quorum keeps of its last leader",
            actual=UNKNOWN,
            next_step=_LOOK,
        )
        return
    for host in sorted(facts.last_word.had_all - request.lost):
        yield PlanRefused(
            f"{host} may have every acknowledged write of {database}, and {heir} has not",
            expected="that all who may have them are given up",
            actual=f"{host} is not",
            next_step=f"choose the site of {host}; or give it up as well: --lost {host}",
        )
    yield from replays(facts, heir, database)


def loss_is_accepted(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to lose more than the tier's objective, or what nobody can tell, for nobody's word."""
    service = service_in(network, request)
    had_all, chosen = had_all_alone(network, facts, request), candidate(network, facts, request)
    if chosen is not None:
        yield from is_accepted(service, bound(facts, chosen.host, had_all), request)


def is_accepted(service: Service, loss: LossBound, request: Move) -> Iterator[PlanRefused]:
    """Refuse ``loss`` of ``service`` if it is more than its objective, and nobody said why."""
    objective = service.recovery_point
    if loss.exceeds(objective) and not request.accepted_loss:
        yield PlanRefused(
            f"writes to {service.name} that were acknowledged may be lost",
            expected=f"at most the last {objective.total_seconds():g} s, as tier "
            f"{service.tier} promises",
            actual=loss.text(),
            next_step="who answers for that says why: --accept-loss REASON",
        )


def had_all_alone(network: Network, facts: Facts, request: Move) -> tuple[HostName, ...]:
    """Return who alone had every write, where the candidate may lack some; sorted.

    Empty where it lacks none: it leads already, or commits waited for it.
    """
    chosen = candidate(network, facts, request)
    if chosen is None or not may_lack(facts, request, chosen):
        return ()
    return tuple(sorted(facts.last_word.had_all)) if facts.last_word else ()


def may_lack(facts: Facts, request: Move, chosen: Member) -> bool:
    """Tell whether ``chosen`` may lack what was acknowledged, and nobody who has it is left.

    Commits never wait for a copy that is declared asynchronous. For another they did not wait if
    all are lost who had every write.
    """
    if facts.leader == chosen.host:
        return False
    if not chosen.synchronous:
        return True
    had_all = facts.last_word.had_all if facts.last_word else frozenset()
    return bool(had_all) and had_all <= request.lost


def replays(facts: Facts, heir: HostName, database: str) -> Iterator[PlanRefused]:
    """Refuse a copy that would lead without what it has received."""
    own = facts.progress.get(heir)
    if own is None or own.stands_still:
        yield PlanRefused(
            f"{heir} does not replay what it received of {database}",
            expected="that it replays what it has: a leader shows no more than it replayed",
            actual=UNKNOWN if own is None else f"{own.unreplayed} bytes behind what it received",
            next_step=f"ndc ssh {heir} -- journalctl -u patroni-{database} -n 20",
        )
