"""``ndc dr``: move services between sites, follow and settle what was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli import dr_follow
from ndc.cli.asking import asked
from ndc.cli.carrying import (
    RunArgument,
    answer_run,
    carry,
    opened_run,
    records_of,
    run_here,
    runs_root,
)
from ndc.cli.declared import running
from ndc.cli.options import addressed, answer, answer_json, current, finish_list, say

if TYPE_CHECKING:
    from core.runs.journal import Request, Wish
    from dr.live.run_folder import RunFolder

app = typer.Typer(
    help="Move services between sites; plan, follow, resume, abort.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

StepArgument = Annotated[str, typer.Argument(help="As `ndc dr show RUN` names it.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the journal.")]
StepsArgument = Annotated[
    list[str], typer.Argument(metavar="STEP...", help="Each by its name; none begins unnamed.")
]


@app.command("runs", help="List runs and plans, oldest first.")
def runs(context: typer.Context) -> None:
    """Print one line a run (`--json` too)."""
    from core.errors import NdcError
    from dr.live.run_folder import RunFolder, names
    from dr.reporting.run_text import run_line

    root = runs_root(context)
    lines: dict[str, str] = {}
    damaged: list[NdcError] = []
    for folder in (RunFolder.opened(root, name) for name in names(root)):
        try:
            lines[folder.run] = run_line(
                folder.plan(), records_of(context, folder), carried=folder.is_carried
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
def show(
    context: typer.Context,
    run: RunArgument,
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and tell what goes on.")] = False,
) -> None:
    """Print each step's state and, once there is one, the report (`--json`: the plan as well)."""
    if follow:
        dr_follow.follow(context, run)
    from core.runs.run import fold
    from core.system_clock import SystemClock
    from dr.reporting.plan_text import plan_text
    from dr.reporting.progress import progress
    from dr.reporting.run_text import run_text

    folder = run_here(context, run)
    if folder is None:
        _show_from_etcd(context, run)
        return
    records = records_of(context, folder)
    state = fold(records)
    carried, stopped, plan = folder.is_carried, folder.stopped_carrier, folder.plan()
    if current(context).as_json:
        far = progress(state, records, SystemClock().now()) if state else None
        answer_run(context, plan, state, far, folder)
        return
    stands = run_text(state, carried=carried, stopped=stopped) if state else None
    text = stands or plan_text(plan, conditions=True)
    report = folder.report()
    whole = f"{text}\n\n{report.rstrip()}" if report else text
    answer(addressed(whole, current(context).environment))


def _show_from_etcd(context: typer.Context, run: str) -> None:
    """Show how ``run`` stands, which another machine began, as far as etcd keeps it."""
    from core.runs.plan import RunName
    from core.runs.run import fold
    from core.system_clock import SystemClock
    from dr.looks import if_seen
    from dr.reporting.progress import progress
    from dr.reporting.run_text import run_text
    from ndc.wiring.doors import reached

    with reached(*running(current(context))) as live:
        records = if_seen(live.journal(RunName(run)).records)
    state = fold(records or ())
    if state is None:
        opened_run(context, run)  # which says that there is none
        return
    if current(context).as_json:
        far = progress(state, records or (), SystemClock().now())
        answer_run(context, state.plan, state, far, None)
        return
    answer(addressed(run_text(state, carried=False), current(context).environment))
    say("etcd tells so; its report, if it is over, is on the machine that carried it to its end")


@app.command("resume", help="Carry on a run that was interrupted or held.")
def resume(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Look first at what is in doubt; then go on, in the name of whoever asks."""
    from core.runs.journal import Wish
    from core.runs.run import fold
    from core.system_clock import SystemClock

    folder = whole(context, run)
    request = asked(context, folder, Wish.RESUME, reason=reason)
    begun = fold(folder.journal(SystemClock()).records())
    if folder.is_carried or (begun is not None and begun.closed):
        carry(context, folder)  # which refuses it, or makes the report of what is over anew
    elif begun is None and folder.start() is not None:
        # whoever was to carry it died before its first record
        folder.inbox().post(request)
        carry(context, folder)
    else:
        ask(context, folder, request)


@app.command("abort", help="Undo what a run did; only before its point of no return.")
def abort(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Ask whoever carries the run to turn back, and see that somebody does."""
    from core.runs.journal import Wish

    _ask(context, whole(context, run), Wish.ABORT, None, reason)


@app.command("skip", help="Answer for one step: it was done by hand, or is not needed.")
def skip(
    context: typer.Context, run: RunArgument, step: StepArgument, reason: ReasonOption = ""
) -> None:
    """Let the run go on as if the step were done."""
    from core.runs.journal import Wish

    _ask(context, whole(context, run), Wish.SKIP, step, reason)


@app.command("approve", help="Say yes to steps that wait for it.")
def approve(
    context: typer.Context, run: RunArgument, steps: StepsArgument, reason: ReasonOption = ""
) -> None:
    """Let the steps begin."""
    from core.runs.journal import Wish

    folder = whole(context, run)
    requests = [asked(context, folder, Wish.APPROVE, reason=reason, step=step) for step in steps]
    ask(context, folder, *requests)


def _ask(
    context: typer.Context, folder: RunFolder, wish: Wish, step: str | None, reason: str
) -> None:
    ask(context, folder, asked(context, folder, wish, reason=reason, step=step or ""))


def ask(context: typer.Context, folder: RunFolder, *requests: Request) -> None:
    """Ask ``requests`` of the run in ``folder``, and see that somebody carries it.

    Raises:
        PlanRefused: one of them cannot be obeyed; none was asked.
    """
    from core.errors import PlanRefused
    from core.runs.run import demand_own_format, fold, objection_to
    from core.system_clock import SystemClock

    run = fold(folder.journal(SystemClock()).records())
    if run:
        demand_own_format(run)
    for request in requests:
        objection = objection_to(run, request) if run else "a run that was begun"
        if objection:
            raise PlanRefused(
                f"{folder.run} cannot {request.wish}",
                expected=objection,
                next_step=f"ndc dr show {folder.run}",
            )
    for request in requests:
        folder.inbox().post(request)
    if folder.is_carried:
        say(f"asked; {current(context).command('dr', 'show', folder.run)} tells what becomes of it")
        return
    carry(context, folder)


def whole(context: typer.Context, run: str) -> RunFolder:
    """Return the folder of ``run``, made anew from etcd if it is lost or damaged."""
    from core.errors import JournalCorrupt, PlanRefused
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from dr.live.restoring import restore_windows, restored
    from ndc.wiring.doors import reached

    try:
        folder = opened_run(context, run)
        folder.journal(SystemClock()).records()
    except (PlanRefused, JournalCorrupt):
        with reached(*running(current(context))) as live:
            journal = live.journal(RunName(run))
            folder = restored(journal, runs_root(context), run, live.clock)
            restore_windows(live.etcd, live.network.environment, folder)
    return folder
