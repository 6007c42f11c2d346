"""``ndc dr plan``, ``switchover``, ``failover``, ``failback``: what moves services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from ndc.cli.asking import asked
from ndc.cli.carrying import finish, followed, new_folder, opened_run
from ndc.cli.declared import running
from ndc.cli.dr_hold import warn_if_held
from ndc.cli.dr_plans import Wanted, planned_failover, planned_moves
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dr.live.run_folder import RunFolder
    from dr.planning.plan import RecoveryPlan
    from inventory.network import Network

ServicesArgument = Annotated[
    list[str],
    typer.Argument(metavar="SERVICE", help="As in the inventory; several in any order."),
]
TargetOption = Annotated[
    str | None,
    typer.Option("--to", help="The site that is to serve them; --from finds one by itself."),
]
OriginOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="SITE",
        help="All services that are served there, or whose database is led there; no stores.",
    ),
]
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
DespiteOption = Annotated[
    str,
    typer.Option(
        "--despite", metavar="REASON", help="Why soft findings are passed over; for this run."
    ),
]
PlanOption = Annotated[
    str | None, typer.Option("--plan", help="A plan that was printed, as `ndc dr runs` lists it.")
]

_PLANS: Final = 3
"""made for one command; what is still out of date then changes faster than anybody plans"""


def plan(
    context: typer.Context,
    services: ServicesArgument = [],  # noqa: B006 - typer copies it
    to: RefugeOption = None,
    origin: OriginOption = None,
    lost: LostOption = [],  # noqa: B006 - typer copies it
    accept_loss: AcceptOption = "",
    attest: AttestOption = False,
    despite: DespiteOption = "",
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Draw it.")] = False,
) -> None:
    """Plan now; the plan may be begun within ten minutes, while its facts hold."""
    from dr.planning.plan import to_text
    from dr.reporting.plan_figures import mermaid as drawn
    from dr.reporting.plan_text import plan_text

    if lost and not (services or origin):
        prepared = planned_failover(
            context, lost, to, accepted_loss=accept_loss, attested=attest, despite=despite
        )
        typed = ["failover", *(word for name in lost for word in ("--lost", name))]
    elif lost or not _is_whole(services, origin, to):
        raise typer.BadParameter("name services and --to SITE, or --from SITE, or what is --lost")
    else:
        prepared = planned_moves(context, Wanted(services, origin, to, despite=despite))
        typed = ["switchover", *(moved.service for moved in prepared.basis.moves)]
    typed += ["--to", to] if to else []
    folder = new_folder(context, prepared)
    if current(context).as_json:
        answer(to_text(prepared))
        return
    answer("\n".join(drawn(prepared)) if mermaid else plan_text(prepared, conditions=True))
    say(f"\nbegin it with: {current(context).command('dr', *typed, '--plan', folder.run)}")


def switchover(
    context: typer.Context,
    services: ServicesArgument = [],  # noqa: B006 - typer copies it
    to: TargetOption = None,
    origin: OriginOption = None,
    despite: DespiteOption = "",
    plan_name: PlanOption = None,
) -> None:
    """Print the plan, ask, carry it out, and report what the citizens noticed."""
    if not plan_name and not _is_whole(services, origin, to):
        raise typer.BadParameter("name services and --to SITE, or --from SITE")
    wanted = Wanted(services, origin, to, despite=despite)
    prepared = _kept_or_planned(context, plan_name, wanted)
    _begin(context, prepared, plan_name, ["switchover", *wanted.typed])


def failover(
    context: typer.Context,
    lost: LostOption,
    to: RefugeOption = None,
    accept_loss: AcceptOption = "",
    attest: AttestOption = False,
    despite: DespiteOption = "",
    plan_name: PlanOption = None,
) -> None:
    """Print the plan, ask, fence what is lost, have others serve what it served, and report."""
    from core.errors import PlanRefused
    from dr.planning.losses import hosts_named

    def planned() -> RecoveryPlan:
        return planned_failover(
            context, lost, to, accepted_loss=accept_loss, attested=attest, despite=despite
        )

    kept = _kept(context, plan_name)
    prepared = kept or planned()
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
    accepted += ["--despite", despite] if despite else []
    _begin(context, prepared, plan_name, [*typed, *accepted], None if kept else planned)


def failback(
    context: typer.Context,
    services: ServicesArgument = [],  # noqa: B006 - typer copies it
    origin: OriginOption = None,
    despite: DespiteOption = "",
    plan_name: PlanOption = None,
) -> None:
    """Move them home as ``switchover`` does, once their homes have been well for long enough."""
    if not plan_name and bool(services) is bool(origin):
        raise typer.BadParameter("name services, or --from SITE")
    wanted = Wanted(services, origin, home=True, despite=despite)
    prepared = _kept_or_planned(context, plan_name, wanted)
    _begin(context, prepared, plan_name, ["failback", *wanted.typed])


def _is_whole(services: list[str], origin: str | None, to: str | None) -> bool:
    """Tell whether that says what moves, once, and where to."""
    return not services if origin else bool(services and to)


def _kept_or_planned(context: typer.Context, plan_name: str | None, wanted: Wanted) -> RecoveryPlan:
    """Return the plan that is given by name, if it is what is ``wanted``; or else a new one."""
    kept = _kept(context, plan_name)
    if kept is None:
        return planned_moves(context, wanted)
    if not wanted.names or wanted.origin:
        raise typer.BadParameter("beside --plan, name the services that it moves")
    _demand_the_same(kept, wanted, running(current(context))[1])
    return kept


def _kept(context: typer.Context, plan_name: str | None) -> RecoveryPlan | None:
    from ndc.wiring.doors import reached

    if plan_name is None:
        return None
    plan = opened_run(context, plan_name).plan()
    with reached(*running(current(context))) as live:
        warn_if_held(live)
    return plan


def _begin(
    context: typer.Context,
    prepared: RecoveryPlan,
    plan_name: str | None,
    typed: list[str],
    planned: Callable[[], RecoveryPlan] | None = None,
) -> NoReturn:
    """Carry ``prepared`` out; if it is out of date when it begins, what is ``planned`` anew.

    After a loss, what is left goes on choosing leaders by itself: a plan is out of date within
    seconds, and whoever typed the command wants what it says, not that one plan.
    """
    from core.errors import PlanOutdated

    for _ in range(_PLANS - 1):
        folder, exit_code = _begun(context, prepared, plan_name, typed)
        if planned is None or exit_code != PlanOutdated.exit_code:
            finish(context, folder, exit_code)
        say(f"\n{folder.last_words().rstrip()}\n\nplanned anew:\n")
        prepared = planned()
    finish(context, *_begun(context, prepared, plan_name, typed))


def _begun(
    context: typer.Context, prepared: RecoveryPlan, plan_name: str | None, typed: list[str]
) -> tuple[RunFolder, int]:
    """Show the plan, ask, and follow its run; return its folder and what its runner exits with."""
    from core.runs.journal import Wish
    from dr.reporting.plan_text import plan_text

    options = current(context)
    say(plan_text(prepared))
    words = ["dr", *typed, *(["--plan", plan_name] if plan_name else [])]
    confirmed(options, f"{prepared.title}?", options.command(*words))
    folder = opened_run(context, plan_name) if plan_name else new_folder(context, prepared)
    folder.keep_start(asked(context, folder, Wish.START))
    return folder, followed(context, folder)


def _demand_the_same(plan: RecoveryPlan, wanted: Wanted, network: Network) -> None:
    """Return if ``plan`` is what is ``wanted``: a plan that is given by name may be another."""
    from core.errors import PlanRefused

    moves: dict[str, str | None] = {moved.service: moved.target for moved in plan.basis.moves}
    asked: dict[str, str | None] = {name: moves.get(name) for name in wanted.names}
    if wanted.to or wanted.home:
        asked = {move.service: move.target for move in wanted.moves(network, {})}
    if asked != moves or plan.basis.lost:
        where = "home" if wanted.home else f"to {wanted.to or 'where it says'}"
        raise PlanRefused(
            f"plan {plan.id} is not about moving {' and '.join(wanted.names)} {where}",
            expected=", ".join(f"{name} to {site or 'a site'}" for name, site in asked.items()),
            actual=plan.title,
            next_step=f"ndc dr show {plan.id}; or plan anew, without --plan",
        )
