"""Runs on this machine, as commands reach them: opened, carried by a process, and followed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ndc import exits
from ndc.cli.audited import RUN
from ndc.cli.declared import running
from ndc.cli.options import addressed, answer, answer_json, current, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.runs.plan import RunName
    from dr.live.packing import Packing
    from dr.live.run_folder import RunFolder
    from dr.planning.plan import RecoveryPlan, RecoveryRecord, RecoveryRun
    from dr.reporting.progress import RunProgress
    from ndc.wiring.environment import Environment


RunArgument = Annotated[str, typer.Argument(help="As `ndc dr runs` shows it.")]


def new_folder(context: typer.Context, plan: RecoveryPlan) -> RunFolder:
    """Return a new folder that holds the plan."""
    from dr.live.run_folder import RunFolder

    return RunFolder.create(runs_root(context), plan)


def opened_run(context: typer.Context, run: str) -> RunFolder:
    """Return the folder of ``run``; PlanRefused: there is none."""
    from dr.live.run_folder import RunFolder

    return RunFolder.opened(runs_root(context), run)


def carry(context: typer.Context, folder: RunFolder) -> NoReturn:
    """Have the run in ``folder`` carried, tell of it, and exit with what it came to."""
    finish(context, folder, followed(context, folder))


def followed(context: typer.Context, folder: RunFolder) -> int:
    """Have the run in ``folder`` carried, say what is done, and return what its runner exits with.

    Raises:
        typer.Exit: ctrl-C; the run goes on.
    """
    from core.system_clock import SystemClock
    from dr.live.launch import Runner
    from dr.reporting.run_text import record_text
    from ndc.wiring.beside_runs import demand_no_command

    context.meta[RUN] = folder.run
    demand_no_command(environment_of(context))
    clock, plan, command = SystemClock(), folder.plan(), current(context).command
    show = command("dr", "show", folder.run)
    runner = Runner(current(context).environment, folder, clock)
    journal = folder.journal(clock)
    try:
        return runner.carry(
            lambda record: say(record_text(plan, record, began=journal.records()[0])),
            lambda silence: say(
                f"           … {silence.seconds} s without news; {show} tells more"
            ),
        )
    except KeyboardInterrupt:
        detached(context, folder.run)


def finish(context: typer.Context, folder: RunFolder, exit_code: int) -> NoReturn:
    """Sign and print what the run in ``folder`` came to, and exit as its runner did."""
    from core.system_clock import SystemClock

    is_gone = exit_code < 0 or exit_code == os.EX_SOFTWARE
    report = None if is_gone else folder.report()
    if report:
        _sign(context, folder)
    answer(addressed((report or folder.last_words()).rstrip(), current(context).environment))
    if report:
        say(f"report: {folder.path}/report.json")
    elif folder.journal(SystemClock()).records():  # a refusal has said itself what comes next
        say(current(context).command("dr", "resume", folder.run))
    raise typer.Exit(exits.CARRIER_GONE.number if is_gone else exit_code)


def detached(context: typer.Context, run: str) -> NoReturn:
    """Say that the run goes on, and how to come back to it; exit as after ctrl-C."""
    command = current(context).command
    say(
        "\nthe run goes on without you\n"
        f"    to follow it: {command('dr', 'show', run, '--follow')}\n"
        f"    to turn back, if it still can: {command('dr', 'abort', run)}"
    )
    raise typer.Exit(exits.INTERRUPTED.number) from None


def run_here(context: typer.Context, run: str) -> RunFolder | None:
    """Return the folder of ``run``; None: it was begun on another machine, or not at all."""
    from core.errors import PlanRefused

    try:
        return opened_run(context, run)
    except PlanRefused:
        return None


def records_of(context: typer.Context, folder: RunFolder) -> Sequence[RecoveryRecord]:
    """Return what is known of the run in ``folder``, and of what became of it elsewhere."""
    from core.system_clock import SystemClock
    from dr.live.overtaken import newest
    from ndc.wiring.quorum_records import kept_records

    def kept(run: RunName) -> Sequence[RecoveryRecord]:
        # the network is looked for only where a run was left here
        return kept_records(*running(current(context)))(run)

    return newest(folder, SystemClock(), kept)


def answer_run(
    context: typer.Context,
    plan: RecoveryPlan,
    run: RecoveryRun | None,
    far: RunProgress | None,
    folder: RunFolder | None,
) -> None:
    """Answer in JSON how ``run`` stands, with its report if ``folder`` has one.

    ``run`` and ``far`` are None for a plan that was not begun, ``folder`` on another machine than
    that which carried it.
    """
    from dr.reporting.run_json import run_plain
    from dr.reporting.run_text import what_next

    carried, stopped = (folder.is_carried, folder.stopped_carrier) if folder else (False, None)
    next_ = what_next(run, carried=carried, stopped=stopped) if run else ()
    report = folder.report_json() if folder else None
    answer_json(
        {
            **run_plain(plan, run, far, carried=carried),
            "next": [addressed(line, current(context).environment) for line in next_],
            "report": json.loads(report) if report else None,
        }
    )


def _sign(context: typer.Context, folder: RunFolder) -> None:
    """Sign the evidence of the run as whoever had it carried; that it fails changes no outcome.

    What is signed already stays so: the run was over, and its evidence is as it was.
    """
    from core.errors import NdcError

    options = current(context)
    by_hand = options.command("dr", "evidence", folder.run)
    try:
        packing = packing_of(context, folder)
        if packing.is_signed:
            words = "signed before"
        elif options.operator is None:
            words = f"signed by nobody: {by_hand} --as OPERATOR"
        else:
            packing.sign(options.operator, options.key)
            words = f"signed by {options.operator}"
    except NdcError as error:
        say("\n".join(["the evidence is not signed:", *error.lines(), f"    then: {by_hand}"]))
    else:
        say(f"evidence: {packing.exhibits.pack}, {words}")


def packing_of(context: typer.Context, folder: RunFolder) -> Packing:
    """Return what packs the evidence of the run in ``folder``."""
    from access.secrets import Secrets
    from core.system_clock import SystemClock
    from dr.live.exhibits import Exhibits
    from dr.live.packing import Packing
    from ndc.wiring.running_network import running

    environment = environment_of(context)
    network = running(environment, lambda _: None)
    secrets = Secrets(environment.paths.secrets)
    return Packing(network, secrets, Exhibits(folder), SystemClock())


def runs_root(context: typer.Context) -> Path:
    """Return the folder of all runs of the environment."""
    return environment_of(context).paths.runs


def environment_of(context: typer.Context) -> Environment:
    """Return the environment that the command is about."""
    from ndc.wiring.environment import opened

    return opened(current(context).environment)
