"""``ndc dr plan``, ``switchover``, ``failover``, ``failback``: what moves services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.asking import asked, identity
from ndc.cli.carrying import carry, new_folder, opened_run
from ndc.cli.declared import running
from ndc.cli.dr_hold import warn_if_held
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from dr.plan import RecoveryPlan

ServiceArgument = Annotated[str, typer.Argument(help="As in the inventory.")]
TargetOption = Annotated[str, typer.Option("--to", help="The site that is to serve it.")]
RefugeOption = Annotated[
    str | None, typer.Option("--to", help="The site that is to serve all of it.")
]
LostOption = Annotated[
    list[str],
    typer.Option("--lost", help="A host, a site or a region that is given up; may be repeated."),
]
AcceptOption = Annotated[
    str,
    typer.Option(
        "--accept-loss", metavar="REASON", help="Why acknowledged writes may be lost; for this run."
    ),
]
AttestOption = Annotated[
    bool, typer.Option("--attest", help="Two people will attest that what is lost is off.")
]
PlanOption = Annotated[str | None, typer.Option("--plan", help="A plan that was printed.")]


def plan(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument(help="As in the inventory.")] = None,
    to: RefugeOption = None,
    lost: LostOption = [],  # noqa: B006 - typer copies it
    accept_loss: AcceptOption = "",
    attest: AttestOption = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Draw it.")] = False,
) -> None:
    """Plan now; the plan may be begun within ten minutes, while its facts hold."""
    from dr.plan import to_text
    from dr.plan_figures import mermaid as drawn
    from dr.plan_text import plan_text

    if lost and not service:
        prepared = _planned_failover(context, lost, to, accept_loss, attested=attest)
        typed = ["failover", *(word for name in lost for word in ("--lost", name))]
        typed += ["--to", to] if to else []
    elif service and to and not lost:
        prepared = _planned(context, service, to)
        typed = ["switchover", service, "--to", to]
    else:
        raise typer.BadParameter("name a service and --to SITE, or what is --lost")
    folder = new_folder(context, prepared)
    if current(context).as_json:
        answer(to_text(prepared))
        return
    answer("\n".join(drawn(prepared)) if mermaid else plan_text(prepared, conditions=True))
    say(f"\nbegin it with: {current(context).command('dr', *typed, '--plan', folder.run)}")


def switchover(
    context: typer.Context, service: ServiceArgument, to: TargetOption, plan_name: PlanOption = None
) -> None:
    """Print the plan, ask, carry it out, and report what the citizens noticed."""
    prepared = _kept(context, plan_name) or _planned(context, service, to)
    _demand_the_same(prepared, service, to)
    _begin(context, prepared, plan_name, ["switchover", service, "--to", to])


def failover(
    context: typer.Context,
    lost: LostOption,
    to: RefugeOption = None,
    accept_loss: AcceptOption = "",
    attest: AttestOption = False,
    plan_name: PlanOption = None,
) -> None:
    """Print the plan, ask, fence what is lost, have others serve what it served, and report."""
    from core.errors import PlanRefused
    from dr.losses import hosts_named

    prepared = _kept(context, plan_name) or _planned_failover(
        context, lost, to, accept_loss, attested=attest
    )
    given_up = sorted(hosts_named(running(current(context))[1], lost))
    if list(prepared.basis.lost) != given_up:
        raise PlanRefused(
            f"plan {prepared.id} does not give up {' and '.join(lost)}",
            expected=", ".join(given_up),
            actual=", ".join(prepared.basis.lost) or "nothing",
            next_step=f"ndc dr show {prepared.id}; or plan anew: ndc dr plan --lost {lost[0]}",
        )
    typed = ["failover", *(word for name in lost for word in ("--lost", name))]
    typed += ["--to", to] if to else []
    accepted = ["--accept-loss", accept_loss] if accept_loss else []
    accepted += ["--attest"] if attest else []
    _begin(context, prepared, plan_name, [*typed, *accepted])


def failback(
    context: typer.Context, service: ServiceArgument, plan_name: PlanOption = None
) -> None:
    """Move it home as ``switchover`` does, once its home has been well for long enough."""
    from dr.request import Move, service_in
    from inventory.names import ServiceName, SiteName

    _, network = running(current(context))
    home = service_in(network, Move(ServiceName(service), SiteName(""))).home
    prepared = _kept(context, plan_name) or _planned(context, service, home, back=True)
    _demand_the_same(prepared, service, home)
    _begin(context, prepared, plan_name, ["failback", service])


def _kept(context: typer.Context, plan_name: str | None) -> RecoveryPlan | None:
    from ndc.wiring.doors import reached

    if plan_name is None:
        return None
    plan = opened_run(context, plan_name).plan()
    with reached(*running(current(context))) as live:
        warn_if_held(live)
    return plan


def _begin(
    context: typer.Context, prepared: RecoveryPlan, plan_name: str | None, typed: list[str]
) -> None:
    from core.runs.journal import Wish
    from dr.plan_text import plan_text

    options = current(context)
    say(plan_text(prepared))
    words = ["dr", *typed, *(["--plan", plan_name] if plan_name else [])]
    confirmed(options, f"{prepared.title}?", options.command(*words))
    folder = opened_run(context, plan_name) if plan_name else new_folder(context, prepared)
    folder.keep_start(asked(context, folder, Wish.START))
    carry(context, folder)


def _planned(context: typer.Context, service: str, to: str, *, back: bool = False) -> RecoveryPlan:
    from core.runs.plan import RunName
    from dr.planner import Occasion, plan_failback, plan_switchover
    from dr.request import Move, service_in
    from dr.rules.failback import hosts_that_return
    from dr.rules.table import refusals
    from inventory.names import ServiceName, SiteName
    from ndc.wiring.doors import reached

    environment, network = running(current(context))
    by = identity(current(context)).demand(network, "operate")
    request = Move(ServiceName(service), SiteName(to))
    service_in(network, request)
    with reached(environment, network) as live:
        eye = live.eye()
        facts = eye.observe(request.service)
        warn_if_held(live)
        ages = eye.ages(hosts_that_return(network, request)) if back else {}
    for refusal in refusals(network, facts, request)[1:]:
        say("\n".join([*refusal.lines(), ""]))
    now = live.clock.now()
    occasion = Occasion(RunName(f"{now:%Y%m%d-%H%M%S}-{service}-to-{to}"), now, by)
    if back:
        return plan_failback(network, facts, ages, request, occasion)
    return plan_switchover(network, facts, request, occasion)


def _planned_failover(
    context: typer.Context, names: list[str], to: str | None, accepted_loss: str, *, attested: bool
) -> RecoveryPlan:
    from core.runs.plan import RunName
    from dr.losses import hosts_named, moves_after
    from dr.planner import Occasion
    from dr.rules.table import refusals
    from dr.store_looks import survey_stores
    from dr.store_losses import stores_after
    from dr.store_planner import plan_failover_of
    from inventory.names import SiteName
    from ndc.wiring.doors import reached

    called = " and ".join(names)
    environment, network = running(current(context))
    by = identity(current(context)).demand(network, "operate")
    lost = hosts_named(network, names)
    with reached(environment, network) as live:
        now = live.clock.now()  # first: what may be lost is read back from then on
        eye = live.eye()
        facts = eye.survey([service.name for service in network.services], lost)
        store_facts = survey_stores(eye, network.stores, lost)
        warn_if_held(live)
    target = SiteName(to) if to else None
    moves = moves_after(network, facts, lost, target, accepted_loss, attested=attested)
    stores = stores_after(network, store_facts, lost, target, accepted_loss, attested=attested)
    objections = [each for move in moves for each in refusals(network, facts[move.service], move)]
    for refusal in objections[1:]:
        say("\n".join([*refusal.lines(), ""]))
    name = RunName(f"{now:%Y%m%d-%H%M%S}-without-{'-'.join(names)}"[:100])
    return plan_failover_of(network, facts, moves, stores, Occasion(name, now, by), called)


def _demand_the_same(plan: RecoveryPlan, service: str, to: str) -> None:
    """Return if ``plan`` is what was typed: a plan that is given by name may be another."""
    from core.errors import PlanRefused

    asked = [(moved.service, moved.target) for moved in plan.basis.moves]
    if asked != [(service, to)] or plan.basis.lost:
        raise PlanRefused(
            f"plan {plan.id} is not about moving {service} to {to}",
            expected=f"{service} to {to}",
            actual=plan.title,
            next_step=f"ndc dr show {plan.id}; or plan anew: ndc dr plan {service} --to {to}",
        )
