"""From what was typed after ``ndc dr`` to a plan: one look at the world, and what it allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.dr_hold import warn_if_held
from ndc.cli.options import addressed, current, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import typer

    from core.errors import PlanRefused
    from dr.facts import Facts
    from dr.live.doors import Live
    from dr.planning.plan import RecoveryPlan
    from dr.planning.planner import Occasion
    from dr.planning.request import Move
    from inventory.names import DrillName, ServiceName
    from inventory.network import Network
    from ndc.wiring.environment import Environment


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants moved on purpose: services by their names, or all that act at a site."""

    names: Sequence[str]
    origin: str | None = None
    """the site; None: the names say it"""
    to: str | None = None
    """the site that is to serve them; None: their homes, the best places off the origin, or where
    a plan says
    """
    home: bool = False
    """whether they go home"""
    despite: str = ""
    """why what speaks softly against it is passed over; "": it is not"""

    @property
    def typed(self) -> list[str]:
        """What says so on the command line, behind the verb."""
        origin = ["--from", self.origin] if self.origin else []
        despite = ["--despite", self.despite] if self.despite else []
        return [*self.names, *origin, *(["--to", self.to] if self.to else []), *despite]

    def moves(self, network: Network, facts: Mapping[ServiceName, Facts]) -> list[Move]:
        """Return the moves; ``facts`` was seen of every service, or of none where names say it.

        Raises:
            PlanRefused: a name is nobody's, or nothing acts at the origin.
        """
        return [replace(move, despite=self.despite) for move in self._moves(network, facts)]

    def _moves(self, network: Network, facts: Mapping[ServiceName, Facts]) -> list[Move]:
        from dr.planning.wanted import moves_from, moves_home, moves_home_from, moves_to
        from inventory.names import ServiceName, SiteName

        target = SiteName(self.to) if self.to else None
        if self.origin:
            origin = SiteName(self.origin)
            if self.home:
                return moves_home_from(network, facts, origin)
            return moves_from(network, facts, origin, target)
        names = [ServiceName(name) for name in self.names]
        return moves_to(network, names, target) if target else moves_home(network, names)


def planned_moves(context: typer.Context, wanted: Wanted) -> RecoveryPlan:
    """Return the plan of all that is ``wanted``; further objections to it are said beside it.

    Raises:
        PlanRefused: a rule objects to one of the moves: none is planned.
        WorldError: what has to be seen could not be.
    """
    from dr.planning.planner import plan_failback, plan_switchover_of
    from dr.planning.proofs import weighed
    from dr.planning.rules.failback import hosts_that_return
    from dr.planning.rules.together import objections
    from ndc.wiring.doors import reached

    environment, network = running(current(context))
    by = identity(current(context)).demand(network, "operate")
    named = [] if wanted.origin else wanted.moves(network, {})
    everything = [service.name for service in network.services]
    with reached(environment, network) as live:
        eye = live.eye()
        facts = eye.survey([move.service for move in named] or everything, ())
        moves = named or wanted.moves(network, facts)
        warn_if_held(live)
        proved = _proved(live)
        returning = [host for move in moves for host in hosts_that_return(network, move)]
        stays = eye.stays(dict.fromkeys(returning)) if wanted.home else None
    _tell_more(context, objections(network, facts, moves, stays))
    sites = dict.fromkeys(move.target for move in moves)
    what = "-".join([*(move.service for move in moves), "to", *sites])
    occasion = _occasion(live.clock.now(), what, by)
    if stays is not None:
        plan = plan_failback(network, facts, stays, moves, occasion)
    else:
        plan = plan_switchover_of(network, facts, moves, occasion)
    return _expecting(environment, weighed(network, plan, proved, wanted.despite))


def planned_failover(
    context: typer.Context,
    names: list[str],
    to: str | None,
    *,
    accepted_loss: str,
    attested: bool,
    despite: str,
) -> RecoveryPlan:
    """Return the plan that does without what ``names`` mean; further objections are said beside it.

    Raises:
        PlanRefused: a rule objects, or nothing has to move.
        WorldError: what has to be seen could not be.
    """
    from dr.looking.store_looks import survey_all
    from dr.planning.losses import hosts_named, moves_after
    from dr.planning.proofs import weighed
    from dr.planning.rules.table import refusals
    from dr.planning.store_losses import stores_after
    from dr.planning.store_planner import plan_failover_of
    from inventory.names import SiteName
    from ndc.wiring.doors import reached

    called = " and ".join(names)
    environment, network = running(current(context))
    by = identity(current(context)).demand(network, "operate")
    lost = hosts_named(network, names)
    with reached(environment, network) as live:
        now = live.clock.now()  # first: what may be lost is read back from then on
        eye = live.eye()
        services = [service.name for service in network.services]
        facts, store_facts = survey_all(eye, services, network.stores, lost)
        warn_if_held(live)
        proved = _proved(live)
    target = SiteName(to) if to else None
    needed = moves_after(network, facts, lost, target, accepted_loss, attested=attested)
    moves = [replace(move, despite=despite) for move in needed]
    stores = stores_after(network, store_facts, lost, target, accepted_loss, attested=attested)
    objections = [x for move in moves for x in refusals(network, facts[move.service], move)]
    _tell_more(context, objections)
    occasion = _occasion(now, f"without-{'-'.join(names)}", by)
    plan = plan_failover_of(network, facts, moves, stores, occasion, called)
    return _expecting(environment, weighed(network, plan, proved, despite))


def _proved(live: Live) -> Mapping[DrillName, datetime]:
    """Return when each drill was last proved, as far as anybody tells."""
    from dr.live.drill_words import EtcdDrillWords
    from dr.looks import if_seen

    return if_seen(EtcdDrillWords(live.etcd, live.network).proved) or {}


def _expecting(environment: Environment, plan: RecoveryPlan) -> RecoveryPlan:
    """Return ``plan`` with what its steps took in earlier runs of ``environment``."""
    from core.system_clock import SystemClock
    from dr.live.past_runs import experience_below
    from dr.reporting.experience import with_experience

    return with_experience(plan, experience_below(environment.paths.runs, SystemClock()))


def _tell_more(context: typer.Context, objections: Sequence[PlanRefused]) -> None:
    """Say all but the first, which ends the command."""
    name = current(context).environment
    texts = dict.fromkeys("\n".join([*each.lines(), ""]) for each in objections)
    for text in list(texts)[1:]:
        say(addressed(text, name))


def _occasion(at: datetime, what: str, by: str) -> Occasion:
    from core.runs.plan import RunName
    from dr.planning.planner import Occasion

    return Occasion(RunName(f"{at:%Y%m%d-%H%M%S}-{what}"[:100]), at, by)
