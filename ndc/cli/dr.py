"""``ndc dr``: move services between sites, follow and settle what was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.asking import asked, identity
from ndc.cli.audited import RUN
from ndc.cli.declared import running
from ndc.cli.options import addressed, answer, answer_json, confirmed, current, finish_list, say

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs.journal import Wish
    from dr.live.run_folder import RunFolder
    from dr.plan import RecoveryPlan
    from ndc.wiring.environment import Environment

app = typer.Typer(
    help="Move services between sites; plan, follow, resume, abort.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ServiceArgument = Annotated[str, typer.Argument(help="As in the inventory.")]
TargetOption = Annotated[str, typer.Option("--to", help="The site that is to serve it.")]
RunArgument = Annotated[str, typer.Argument(help="As `ndc dr runs` shows it.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the journal.")]


@app.command("plan", help="Print what a switchover would do, and keep it; touch nothing.")
def plan(context: typer.Context, service: ServiceArgument, to: TargetOption) -> None:
    """Plan now; the plan may be begun within ten minutes, while its facts hold."""
    from dr.plan import to_text
    from dr.plan_text import plan_text

    switchover_plan = _planned(context, service, to)
    folder = _new_folder(context, switchover_plan)
    if current(context).as_json:
        answer(to_text(switchover_plan))
        return
    answer(plan_text(switchover_plan, conditions=True))
    typed = ["dr", "switchover", service, "--to", to, "--plan", folder.run]
    say(f"\nbegin it with: {current(context).command(*typed)}")


@app.command("switchover", help="Move a service with its database to another site, nothing lost.")
def switchover(
    context: typer.Context,
    service: ServiceArgument,
    to: TargetOption,
    plan_name: Annotated[
        str | None, typer.Option("--plan", help="A plan that was printed.")
    ] = None,
) -> None:
    """Print the plan, ask, carry it out, and report what the citizens noticed."""
    from core.runs.journal import Wish
    from dr.plan_text import plan_text

    switchover_plan = (
        _opened(context, plan_name).plan() if plan_name else _planned(context, service, to)
    )
    _demand_the_same(switchover_plan, service, to)
    say(plan_text(switchover_plan))
    options = current(context)
    typed = ["dr", "switchover", service, "--to", to, *(["--plan", plan_name] if plan_name else [])]
    confirmed(options, f"{switchover_plan.title}?", options.command(*typed))
    folder = _opened(context, plan_name) if plan_name else _new_folder(context, switchover_plan)
    folder.keep_start(asked(context, folder, Wish.START))
    _carry(context, folder)


@app.command("runs", help="List runs and plans, oldest first.")
def runs(context: typer.Context) -> None:
    """Print one line a run (`--json` too)."""
    from core.errors import NdcError
    from core.system_clock import SystemClock
    from dr.live.run_folder import RunFolder, names
    from dr.run_text import run_line

    root = _root(context)
    lines: dict[str, str] = {}
    damaged: list[NdcError] = []
    for folder in (RunFolder.opened(root, name) for name in names(root)):
        try:
            lines[folder.run] = run_line(
                folder.plan(), folder.journal(SystemClock()).records(), carried=folder.is_carried
            )
        except NdcError as error:
            damaged.append(error)
    if current(context).as_json:
        answer_json(lines)
    else:
        for line in lines.values():
            answer(line)
    finish_list("none yet", lines, damaged)


@app.command("show", help="Show how a run stands, or its report.")
def show(context: typer.Context, run: RunArgument) -> None:
    """Print each step's state and, once there is one, the report (`--json`: the report)."""
    from core.runs.run import fold
    from core.system_clock import SystemClock
    from dr.plan_text import plan_text
    from dr.run_text import run_text

    folder = _opened(context, run)
    if current(context).as_json:
        answer(folder.report_json() or "null")
        return
    state = fold(folder.journal(SystemClock()).records())
    carried, plan = folder.is_carried, folder.plan()
    text = run_text(state, carried=carried) if state else plan_text(plan, conditions=True)
    report = folder.report()
    whole = f"{text}\n\n{report.rstrip()}" if report else text
    answer(addressed(whole, current(context).environment))


@app.command("resume", help="Carry on a run that was interrupted or held.")
def resume(context: typer.Context, run: RunArgument) -> None:
    """Look first at what is in doubt; then go on."""
    _carry(context, _whole(context, run))


@app.command("abort", help="Undo what a run did; only before its point of no return.")
def abort(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Ask whoever carries the run to turn back, and see that somebody does."""
    from core.runs.journal import Wish

    _ask(context, _whole(context, run), Wish.ABORT, None, reason)


@app.command("skip", help="Answer for one step: it was done by hand, or is not needed.")
def skip(context: typer.Context, run: RunArgument, step: str, reason: ReasonOption = "") -> None:
    """Let the run go on as if the step were done."""
    from core.runs.journal import Wish

    _ask(context, _whole(context, run), Wish.SKIP, step, reason)


@app.command("approve", help="Say yes to a step that waits for it.")
def approve(context: typer.Context, run: RunArgument, step: str, reason: ReasonOption = "") -> None:
    """Let the step begin."""
    from core.runs.journal import Wish

    _ask(context, _whole(context, run), Wish.APPROVE, step, reason)


def _planned(context: typer.Context, service: str, to: str) -> RecoveryPlan:
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from dr.planner import Occasion, plan_switchover
    from dr.rules import Switchover, refusals, service_in
    from inventory.names import ServiceName, SiteName
    from ndc.wiring.doors import reached

    clock = SystemClock()
    environment, network = running(current(context))
    by = identity(current(context)).demand(network, "operate")
    request = Switchover(ServiceName(service), SiteName(to))
    service_in(network, request)
    with reached(environment, network) as live:
        facts = live.eye(clock).observe(request.service)
    for refusal in refusals(network, facts, request)[1:]:
        say("\n".join([*refusal.lines(), ""]))
    now = clock.now()
    name = RunName(f"{now:%Y%m%d-%H%M%S}-{service}-to-{to}")
    return plan_switchover(network, facts, request, Occasion(name, now, by))


def _demand_the_same(plan: RecoveryPlan, service: str, to: str) -> None:
    """Return if ``plan`` is what was typed: a plan that is given by name may be another."""
    from core.errors import PlanRefused

    basis = plan.basis
    if (basis.service, basis.target) != (service, to):
        raise PlanRefused(
            f"plan {plan.id} is not about moving {service} to {to}",
            expected=f"{service} to {to}",
            actual=f"{basis.service} to {basis.target}",
            next_step=f"ndc dr switchover {basis.service} --to {basis.target} --plan {plan.id}",
        )


def _new_folder(context: typer.Context, switchover_plan: RecoveryPlan) -> RunFolder:
    from dr.live.run_folder import RunFolder

    return RunFolder.create(_root(context), switchover_plan)


def _opened(context: typer.Context, run: str) -> RunFolder:
    from dr.live.run_folder import RunFolder

    return RunFolder.opened(_root(context), run)


def _ask(
    context: typer.Context, folder: RunFolder, wish: Wish, step: str | None, reason: str
) -> None:
    from core.errors import PlanRefused
    from core.runs.run import demand_own_format, fold, objection_to
    from core.system_clock import SystemClock

    request = asked(context, folder, wish, reason=reason, step=step or "")
    run = fold(folder.journal(SystemClock()).records())
    if run:
        demand_own_format(run)
    objection = objection_to(run, request) if run else "a run that was begun"
    if objection:
        raise PlanRefused(
            f"{folder.run} cannot {wish}",
            expected=objection,
            next_step=f"ndc dr show {folder.run}",
        )
    folder.inbox().post(request)
    if folder.is_carried:
        say(f"asked; {current(context).command('dr', 'show', folder.run)} tells what becomes of it")
        return
    _carry(context, folder)


def _carry(context: typer.Context, folder: RunFolder) -> None:
    from core.system_clock import SystemClock
    from dr.live.launch import Runner
    from dr.run_text import record_text
    from ndc.wiring.beside_runs import demand_no_command

    context.meta[RUN] = folder.run
    demand_no_command(_environment(context))
    clock, plan, command = SystemClock(), folder.plan(), current(context).command
    show = command("dr", "show", folder.run)
    runner = Runner(current(context).environment, folder, clock)
    journal = folder.journal(clock)
    try:
        exit_code = runner.carry(
            lambda record: say(record_text(plan, record, began=journal.records()[0])),
            lambda silence: say(
                f"           … {silence.seconds} s without news; {show} tells more"
            ),
        )
    except KeyboardInterrupt:
        say(
            "\nthe run goes on without you\n"
            f"    to follow it: {show}\n"
            f"    to turn back, if it still can: {command('dr', 'abort', folder.run)}"
        )
        raise typer.Exit(130) from None
    report = folder.report() if exit_code >= 0 else None
    answer(addressed((report or folder.last_words()).rstrip(), current(context).environment))
    resume = command("dr", "resume", folder.run)
    say(f"report: {folder.path}/report.json" if report else resume)
    raise typer.Exit(exit_code if exit_code >= 0 else 7)


def _whole(context: typer.Context, run: str) -> RunFolder:
    """Return the folder of ``run``, made anew from etcd if it is lost or damaged."""
    from core.errors import JournalCorrupt, PlanRefused
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from dr.live.restoring import restored
    from ndc.wiring.doors import reached

    clock = SystemClock()
    try:
        folder = _opened(context, run)
        folder.journal(clock).records()
    except (PlanRefused, JournalCorrupt):
        with reached(*running(current(context))) as live:
            journal = live.journal(RunName(run), clock)
            return restored(journal, _root(context), run, clock)
    return folder


def _root(context: typer.Context) -> Path:
    return _environment(context).paths.runs


def _environment(context: typer.Context) -> Environment:
    from ndc.wiring.environment import opened

    return opened(current(context).environment)
