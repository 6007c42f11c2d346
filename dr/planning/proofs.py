"""Whether what a plan does was practised of late: what is not, nobody knows to work. Pure.

A planned move that was last proved too long ago wants a reason. A failover never does: who loses a
site has no other way, and no time; the plan tells that it is not proved. So does one of a network
in which nothing was ever practised, which would be asked about everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from core.text import duration
from dr.planning.findings import Caution, SoftFinding, Unproved
from dr.planning.plan import Intent, RecoveryPlan
from inventory.names import DrillName
from inventory.network import Network
from inventory.practice import Practice, Taken


def practises(network: Network, drill: Practice, plan: RecoveryPlan) -> bool:
    """Tell whether ``plan`` does in ``network`` what ``drill`` practises."""
    if drill.service not in {moved.service for moved in plan.basis.moves}:
        return False
    lost = set(plan.basis.lost)
    match drill.takes:
        case Taken.NOTHING:
            return plan.basis.intent is not Intent.FAILOVER
        case Taken.LEADER:
            database = network.database(network.service(drill.service).database)
            return len(lost) == 1 and lost <= {member.host for member in database.members}
        case Taken.SITE:
            return lost in [
                {host.name for host in network.hosts if host.site == site.name}
                for site in network.sites
            ]
        case Taken.REGION:
            return lost in [
                {h.name for h in network.hosts if network.site(h.site).region == region}
                for region in {site.region for site in network.sites}
            ]
        case Taken.PAIR | Taken.VOTER:
            return False


def weighed(
    network: Network, plan: RecoveryPlan, proved: Mapping[DrillName, datetime], despite: str
) -> RecoveryPlan:
    """Return ``plan`` with what of it is not proved; ``proved`` says when each drill last was.

    ``despite`` says why that is passed over, where a person is asked for it; "": nobody does.

    Raises:
        PlanRefused: it has to be passed over, and nobody does.
    """
    lacking = tuple(_lacking(network, plan, proved))
    planned = plan.basis.intent is not Intent.FAILOVER
    findings = [_finding(network, one) for one in lacking if planned and one.last is not None]
    if findings and not despite:
        raise findings[0].refusal(plan.basis.again.replace("dr plan", "dr switchover"))
    passed_over = (*plan.basis.passed_over, *findings)
    basis = replace(plan.basis, unproved=lacking, passed_over=passed_over, despite=despite)
    return replace(plan, basis=basis.with_reason())


def _lacking(
    network: Network, plan: RecoveryPlan, proved: Mapping[DrillName, datetime]
) -> Iterator[Unproved]:
    for drill in network.drills:
        last = proved.get(drill.drill)
        is_due = last is None or plan.basis.made_at > last + drill.every
        if is_due and practises(network, drill, plan):
            yield Unproved(drill.drill, last, drill.every)


def _finding(network: Network, one: Unproved) -> SoftFinding:
    service = next(drill.service for drill in network.drills if drill.drill == one.drill)
    return SoftFinding(
        service,
        Caution.PROOF,
        f"{service} was not moved so for longer than its tier asks",
        expected=f"a proof within {duration(one.every)}: ndc drill run {one.drill}",
        actual=one.words(),
    )
