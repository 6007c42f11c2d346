"""Rules about a copy that may lack what was acknowledged: when it may lead all the same. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import PlanRefused
from dr.bound import bound
from dr.copies import UNKNOWN
from dr.facts import Facts
from dr.request import Move, candidates, service_in
from inventory.names import HostName
from inventory.network import Network

_LOOK: Final = "look at `ndc status`; when it can be seen again, ask again"


def lacks(database: str, facts: Facts, request: Move, candidate: HostName) -> Iterator[PlanRefused]:
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
            f"{host} may have every acknowledged write of {database}, and {candidate} has not",
            expected="that all who may have them are given up",
            actual=f"{host} is not",
            next_step=f"choose the site of {host}; or give it up as well: --lost {host}",
        )
    yield from replays(facts, candidate, database)


def loss_is_accepted(network: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
    """Refuse to lose more than the tier's objective, or what nobody can tell, for nobody's word."""
    service = service_in(network, request)
    had_all = had_all_alone(network, facts, request)
    if not had_all or request.accepted_loss:
        return
    loss = bound(facts, candidates(network, request)[0].host, had_all)
    objective = service.recovery_point
    if loss.exceeds(objective):
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
    able = candidates(network, request)
    if not able or able[0].synchronous or facts.leader == able[0].host:
        return ()
    return tuple(sorted(facts.last_word.had_all)) if facts.last_word else ()


def replays(facts: Facts, candidate: HostName, database: str) -> Iterator[PlanRefused]:
    """Refuse a copy that would lead without what it has received."""
    own = facts.progress.get(candidate)
    if own is None or own.stands_still:
        yield PlanRefused(
            f"{candidate} does not replay what it received of {database}",
            expected="that it replays what it has: a leader shows no more than it replayed",
            actual=UNKNOWN if own is None else f"{own.unreplayed} bytes behind what it received",
            next_step=f"ndc ssh {candidate} -- journalctl -u patroni-{database} -n 20",
        )
