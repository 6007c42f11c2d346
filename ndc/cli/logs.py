"""``ndc logs``: what the environment's processes on this machine wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.options import answer, answer_json, current

if TYPE_CHECKING:
    from pathlib import Path

    from core.errors import Rejected


def logs(
    context: typer.Context,
    process: Annotated[str, typer.Argument(help="As labd; all if not given.")] = "",
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many, a process.")] = 40,
) -> None:
    """Print the last lines of each log of the environment (`--json`: by process)."""
    from ndc.wiring.environment import opened

    folder = opened(current(context).environment).paths.log
    logs = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if not logs or (process and process not in logs):
        raise _none(process, list(logs), folder)
    last_lines = {
        name: path.read_text("utf-8", errors="replace").splitlines()[-lines:]
        for name, path in logs.items()
        if process in {"", name}
    }
    if current(context).as_json:
        answer_json(last_lines)
        return
    for name, last in last_lines.items():
        answer("\n".join([str(logs[name]), *(f"  {line}" for line in last)]))


def _none(process: str, names: list[str], folder: Path) -> Rejected:
    from core.errors import Rejected
    from inventory.problems import nearest

    meant = nearest(process, names)
    hint = f"did you mean {meant}?" if meant else "ndc logs prints them all"
    return Rejected(
        f"there is no log of {process or 'any process'}",
        expected=", ".join(names) or f"files in {folder}",
        actual=process or "none yet",
        next_step=hint if names else "ndc up: its processes write logs",
    )
