"""``ndc dr``: move services between sites, follow and settle what was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.declared import running
from ndc.cli.options import answer, answer_json, confirmed, current, finish_list, say

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs.journal import Wish
    from dr.live.run_folder import RunFolder
    from dr.plan import RecoveryPlan
    from inventory.names import OperatorName
    from inventory.network import Network
    from ndc.wiring.environment import Environment

app = typer.Typer(
    help="Move services between sites; plan, follow, resume, abort.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Service = Annotated[str, typer.Argument(help="As in the inventory.")]
Target = Annotated[str, typer.Option("--to", help="The site that is to serve it.")]
Run = Annotated[str, typer.Argument(help="As `ndc dr runs` shows it.")]
Reason = Annotated[str, typer.Option("--reason", help="Kept in the journal.")]


@app.command("plan", help="Print what a switchover would do, and keep it; touch nothing.")
def plan(context: typer.Context, service: Service, to: Target) -> None:
    """Plan now; the plan may be begun within ten minutes, while its facts hold."""
    from dr.plan import to_text
    from dr.plan_text import plan_text

    made = _planned(context, service, to)
    folder = _kept(context, made)
    if current(context).as_json:
        answer(to_text(made))
        return
    answer(plan_text(made, conditions=True))
    typed = ["dr", "switchover", service, "--to", to, "--plan", folder.run]
    say(f"\nbegin it with: {current(context).command(*typed)}")


@app.command("switchover", help="Move a service with its database to another site, nothing lost.")
def switchover(
    context: typer.Context,
    service: Service,
    to: Target,
    kept: Annotated[str | None, typer.Option("--plan", help="A plan that was printed.")] = None,
) -> None:
    """Print the plan, ask, carry it out, and report what the citizens noticed."""
    from dr.plan_text import plan_text

    made = _opened(context, kept).plan() if kept else _planned(context, service, to)
    say(plan_text(made))
    options = current(context)
    typed = ["dr", "switchover", service, "--to", to, *(["--plan", kept] if kept else [])]
    confirmed(options, f"{made.title}?", options.command(*typed))
    _carry(context, _opened(context, kept) if kept else _kept(context, made))


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
            lines[folder.run] = run_line(folder.plan(), folder.journal(SystemClock()).records())
        except NdcError as error:
            damaged.append(error)
    if current(context).as_json:
        answer_json(lines)
    else:
        for line in lines.values():
            answer(line)
    finish_list("none yet", lines, damaged)


@app.command("show", help="Show how a run stands, or its report.")
def show(context: typer.Context, run: Run) -> None:
    """Print each step's state and, once there is one, the report (`--json`: the report)."""
    from core.runs.run import fold
    from core.system_clock import SystemClock
    from dr.plan_text import plan_text
    from dr.run_text import run_text

    folder = _opened(context, run)
    if current(context).as_json:
        answer(folder.report_json() or "null")
        return
    told = fold(folder.journal(SystemClock()).records())
    answer(run_text(told) if told else plan_text(folder.plan(), conditions=True))
    if made := folder.report():
        answer("\n" + made.rstrip())


@app.command("resume", help="Carry on a run that was interrupted or held.")
def resume(context: typer.Context, run: Run) -> None:
    """Look first at what is in doubt; then go on."""
    _carry(context, _opened(context, run))


@app.command("abort", help="Undo what a run did; only before its point of no return.")
def abort(context: typer.Context, run: Run, reason: Reason = "") -> None:
    """Ask whoever carries the run to turn back, and see that somebody does."""
    from core.runs.journal import Wish

    _ask(context, _opened(context, run), Wish.ABORT, None, reason)


@app.command("skip", help="Answer for one step: it was done by hand, or is not needed.")
def skip(context: typer.Context, run: Run, step: str, reason: Reason = "") -> None:
    """Let the run go on as if the step were done."""
    from core.runs.journal import Wish

    _ask(context, _opened(context, run), Wish.SKIP, step, reason)


@app.command("approve", help="Say yes to a step that waits for it.")
def approve(context: typer.Context, run: Run, step: str, reason: Reason = "") -> None:
    """Let the step begin."""
    from core.runs.journal import Wish

    _ask(context, _opened(context, run), Wish.APPROVE, step, reason)


def _planned(context: typer.Context, service: str, to: str) -> RecoveryPlan:
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from dr.planner import Occasion, plan_switchover
    from dr.rules import Switchover, refusals, service_in
    from inventory.names import ServiceName, SiteName
    from ndc.wiring.reaching import reached

    clock = SystemClock()
    made, network = running(current(context))
    request = Switchover(ServiceName(service), SiteName(to))
    service_in(network, request)
    with reached(made, network) as live:
        facts = live.eye(clock).observe(request.service)
    for refusal in refusals(network, facts, request)[1:]:
        say("\n".join([*refusal.lines(), ""]))
    now = clock.now()
    name = RunName(f"{now:%Y%m%d-%H%M%S}-{service}-to-{to}")
    return plan_switchover(network, facts, request, Occasion(name, now, _operator(network)))


def _kept(context: typer.Context, made: RecoveryPlan) -> RunFolder:
    from dr.live.run_folder import RunFolder

    return RunFolder.made(_root(context), made)


def _opened(context: typer.Context, run: str) -> RunFolder:
    from dr.live.run_folder import RunFolder

    return RunFolder.opened(_root(context), run)


def _ask(
    context: typer.Context, folder: RunFolder, wish: Wish, step: str | None, reason: str
) -> None:
    from core.errors import PlanRefused
    from core.runs.journal import Request
    from core.runs.plan import StepId
    from core.runs.run import demand_own_format, fold, objection_to
    from core.system_clock import SystemClock

    clock = SystemClock()
    name = f"{clock.now():%Y%m%d-%H%M%S-%f}-{wish}"
    _, network = running(current(context))
    request = Request(name, wish, _operator(network), reason, StepId(step) if step else None)
    run = fold(folder.journal(clock).records())
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

    demand_no_command(_environment(context))
    clock = SystemClock()
    plan = folder.plan()
    runner = Runner(current(context).environment, folder, clock)
    exit_code = runner.carry(
        lambda record: say(record_text(plan, record, began=folder.journal(clock).records()[0]))
    )
    reported = folder.report() if exit_code >= 0 else None
    answer((reported or folder.last_words()).rstrip())
    resume = current(context).command("dr", "resume", folder.run)
    say(f"report: {folder.path}/report.json" if reported else resume)
    raise typer.Exit(exit_code if exit_code >= 0 else 7)


def _operator(network: Network) -> OperatorName:
    """Return who acts: in the lab the first who may operate."""
    return next(one.name for one in network.operators if "operate" in one.roles)


def _root(context: typer.Context) -> Path:
    return _environment(context).paths.runs


def _environment(context: typer.Context) -> Environment:
    from ndc.wiring.environment import opened

    return opened(current(context).environment)
