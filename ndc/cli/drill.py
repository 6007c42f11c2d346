"""``ndc drill``: practise losses and moves before they happen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ndc import exits
from ndc.cli.options import answer, answer_json, current, say

if TYPE_CHECKING:
    from dr.drills.cadence import HeldDrill, Practised
    from inventory.model import Inventory
    from ndc.cli.options import Options

app = typer.Typer(
    help="Practise losses and moves: list, run, clean.", no_args_is_help=True, rich_markup_mode=None
)


class Mode(StrEnum):
    """How a drill is run."""

    TABLETOP = "tabletop"
    REHEARSAL = "rehearsal"
    LIVE = "live"
    """in the network itself: what it takes away is gone for citizens too"""


@app.command("list", help="List drills: what each takes, when it was proved, when it is due.")
def list_drills(context: typer.Context) -> None:
    """Print a row a drill (`--json` too); proved by a run of this environment, or never."""
    from core.system_clock import SystemClock
    from dr.drills.cadence import last_proof
    from dr.drills.drill_text import drill_list, drill_rows
    from ndc.cli import declared
    from ndc.wiring.proofs import held, practised_runs

    options = current(context)
    network, name = declared.network(options), options.environment
    shown: list[Practised | HeldDrill] = [*practised_runs(name, say), *held(name, say)]
    latest = {one.drill: last_proof(network, one, shown) for one in network.drills}
    proofs = {drill: proof for drill, proof in latest.items() if proof}
    rows = drill_rows(network.drills, proofs, SystemClock().now())
    if options.as_json:
        answer_json(rows)
    else:
        answer(drill_list(rows) or "no drill is declared")


@app.command("run", help="Hold a drill; exits with 1 if it failed.")
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As `ndc drill list` shows it.")],
    mode: Annotated[
        Mode, typer.Option("--mode", help="Print the plan; play all of it; or do it: live.")
    ],
    accept_loss: Annotated[
        str,
        typer.Option("--accept-loss", metavar="REASON", help="Live: why writes may be lost."),
    ] = "",
) -> None:
    """Print the plan that would run, play it in a simulated network, or hold it in the real one."""
    from dr.drills.exercise import drill_named
    from inventory.names import DrillName

    options = current(context)
    drill = drill_named(_inventory(options).drills, name)
    if mode is Mode.LIVE:
        from ndc.cli.drill_live import hold

        hold(context, DrillName(name), drill, accept_loss)
        return
    from dr.drills.drill_text import story_text, tabletop_text
    from dr.drills.story_json import story_plain
    from dr.simulation.playing import play
    from ndc.cli import declared

    carried = mode is Mode.REHEARSAL
    story = play(declared.network(options), DrillName(name), drill, carried=carried)
    if options.as_json:
        answer_json(story_plain(story, carried=carried))
    else:
        answer(story_text(story) if carried else tabletop_text(story))
    say("\nnothing was touched: it was played in a simulated network")
    if story.refusal or (carried and not story.passed):
        raise typer.Exit(exits.DRILL_FAILED.number)


@app.command("clean", help="End drills that were left: their runs, and what they took.")
def clean(context: typer.Context) -> None:
    """Give back all that drills took which nobody holds any more; nothing, if all is given back."""
    from ndc.cli.drill_live import clean_up

    cleaned = clean_up(context)
    answer("\n".join(f"{drill} is over" for drill in cleaned) or "no drill was left")


def _inventory(options: Options) -> Inventory:
    from core import files
    from inventory.loader import load
    from ndc.cli.declared import folder

    return load(files.read_folder(folder(options)))
