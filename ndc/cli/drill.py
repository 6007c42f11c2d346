"""``ndc drill``: practise losses and moves before they happen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.options import answer, answer_json, current, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dr.drills.cadence import Practised
    from inventory.model import Inventory
    from ndc.cli.options import Options

app = typer.Typer(
    help="Practise losses and moves: list, run.", no_args_is_help=True, rich_markup_mode=None
)


class Mode(StrEnum):
    """How a drill is run."""

    TABLETOP = "tabletop"
    REHEARSAL = "rehearsal"


@app.command("list", help="List drills: what each takes, when it was proved, when it is due.")
def list_drills(context: typer.Context) -> None:
    """Print a row a drill (`--json` too); proved by a run of this environment, or never."""
    from core.system_clock import SystemClock
    from dr.drills.cadence import last_proof
    from dr.drills.drill_text import drill_list, drill_rows
    from ndc.cli import declared

    options = current(context)
    network, drills = declared.network(options), _inventory(options).drills
    runs = list(_runs(options))
    latest = {name: last_proof(network, drill, runs) for name, drill in drills.items()}
    proofs = {name: proof for name, proof in latest.items() if proof}
    rows = drill_rows(network, drills, proofs, SystemClock().now())
    if options.as_json:
        answer_json(rows)
    else:
        answer(drill_list(rows) or "no drill is declared")


@app.command("run", help="Play a drill; exits with 1 if it failed.")
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As `ndc drill list` shows it.")],
    mode: Annotated[Mode, typer.Option("--mode", help="Print the plan, or play all of it.")],
) -> None:
    """Touch nothing: print the plan that would run, or play it in a simulated network."""
    from dr.drills.drill_text import story_text, tabletop_text
    from dr.drills.exercise import drill_named
    from dr.simulation.playing import play
    from inventory.names import DrillName
    from ndc.cli import declared

    options = current(context)
    drill = drill_named(_inventory(options).drills, name)
    carried = mode is Mode.REHEARSAL
    story = play(declared.network(options), DrillName(name), drill, carried=carried)
    answer(story_text(story) if carried else tabletop_text(story))
    say("\nnothing was touched: it was played in a simulated network")
    if story.refusal or (carried and not story.passed):
        raise typer.Exit(1)


def _inventory(options: Options) -> Inventory:
    from core import files
    from inventory.loader import load
    from ndc.cli.declared import folder

    return load(files.read_folder(folder(options)))


def _runs(options: Options) -> Iterator[Practised]:
    """Yield every run of the environment that has a report; none where there is no environment."""
    from core.errors import NdcError
    from dr.drills.cadence import practised
    from dr.live.run_folder import RunFolder, names
    from ndc.wiring import environment as environments

    if not environments.exists(options.environment):
        return
    root = environments.opened(options.environment).paths.runs
    for folder in (RunFolder.opened(root, name) for name in names(root)):
        try:
            proof = practised(folder.plan(), folder.report_json())
        except NdcError as error:
            say(f"{folder.run} is left out: {error.what}")
            continue
        if proof is not None:
            yield proof
