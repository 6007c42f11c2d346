"""``ndc logs``: what the environment's processes on this machine wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from ndc.cli.options import answer, current, say


def logs(
    context: typer.Context,
    process: Annotated[str, typer.Argument(help="As labd; all if not given.")] = "",
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many, a process.")] = 40,
) -> None:
    """Print the last lines of each log of the environment."""
    from ndc.settings import paths_of

    folder = paths_of(current(context).environment).log
    found = sorted(folder.glob(f"{process or '*'}.log"))
    if not found:
        say(f"no log of {process or 'any process'} in {folder}")
        raise typer.Exit(6)
    for path in found:
        answer(f"{path}")
        for line in path.read_text("utf-8", errors="replace").splitlines()[-lines:]:
            answer(f"  {line}")
