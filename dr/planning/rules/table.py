"""Every rule, in the order in which a person reads what they object to. Pure.

A rule is a function from (network, facts, request) to refusals. To add one, write it
and put it in ``RULES``. What cannot be seen counts as bad. The smallest rule::

    def placement_is_known(_: Network, facts: Facts, request: Move) -> Iterator[PlanRefused]:
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
from typing import Final, TypeAlias

from core.errors import PlanRefused
from dr.facts import Facts
from dr.planning.request import Move
from dr.planning.rules import data, lacking, loss, placing, soft
from inventory.network import Network

Rule: TypeAlias = Callable[[Network, Facts, Move], Iterator[PlanRefused]]

RULES: Final[tuple[Rule, ...]] = (
    placing.target_may_serve,
    placing.placement_is_known,
    placing.records_can_be_changed,
    placing.nobody_else_moves_it,
    placing.quorum_bears_another_loss,
    placing.target_is_admitted,
    loss.what_is_lost_is_seen_by_nobody,
    loss.survivors_can_refuse,
    placing.target_is_reachable,
    placing.source_lets_go,
    data.one_leader_is_seen,
    data.candidate_has_everything,
    data.patroni_watches,
    lacking.loss_is_accepted,
)


def refusals(network: Network, facts: Facts, request: Move) -> list[PlanRefused]:
    """Return every objection: what nobody passes over, and soft findings that nobody did."""
    findings = [] if request.despite else soft.findings(network, facts, request)
    command = soft.typed(network, request)
    return [*hard_refusals(network, facts, request), *(each.refusal(command) for each in findings)]


def hard_refusals(network: Network, facts: Facts, request: Move) -> list[PlanRefused]:
    """Return every objection that no reason passes over."""
    return [refusal for rule in RULES for refusal in rule(network, facts, request)]
