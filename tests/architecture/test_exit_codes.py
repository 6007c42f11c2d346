"""No command exits with a number that the table of exit codes lacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ndc import exits
from tests.documents import errors_document, exit_codes, tracked

FILES = tracked("ndc/cli/*.py", "ndc/__main__.py", "ndc/daemons/runner.py")
TOLD_ELSEWHERE = {
    "problem.exit_code": "core.errors",
    "error.exit_code": "core.errors",
    "found.exit_code": "core.errors",
    "damaged[0].exit_code": "core.errors",
    "health_of(snapshot).exit_code": "monitors.health.concerns",
    "look.exit_code(findings)": "toolchain.doctor",
    "EXIT_CODES[_carried(name, run, reach)]": "ndc.daemons.runner",
    "exit_code": "ndc.daemons.runner, or core.errors: what the runner exited with",
    "os.EX_SOFTWARE": "ndc.exits.CARRIER_GONE: a runner's, which its command tells as that",
    "app.return_code": "tui.app: a signal",
}
"""what else a command exits with, and which table of the document has it"""
ENDS = {"typer.Exit", "sys.exit", "SystemExit", "os._exit"}


def _endings() -> Iterator[tuple[Path, str]]:
    """Yield what stands in each ``Exit(…)`` of a command, a choice as what may be chosen."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ENDS:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                for value in given:
                    yield from ((path, chosen) for chosen in _chosen(value))


def _chosen(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.IfExp():
            yield from _chosen(value.body)
            yield from _chosen(value.orelse)
        case ast.BoolOp():
            for each in value.values:
                yield from _chosen(each)
        case _:
            yield ast.unparse(value)


ENDINGS = [*_endings()]
OURS = {f"exits.{name}.number" for name in exit_codes()}


@pytest.mark.parametrize(
    ("path", "given"), ENDINGS, ids=[f"{path.stem}-{given}" for path, given in ENDINGS]
)
def test_what_a_command_exits_with_stands_in_a_table(path: Path, given: str) -> None:
    assert given in {"0", *OURS, *TOLD_ELSEWHERE}, f"{path}: add it to ndc/exits.py"


def test_every_exit_code_of_the_table_is_some_commands() -> None:
    assert OURS | {*TOLD_ELSEWHERE} == {given for _, given in ENDINGS} - {"0"}


def test_the_document_has_every_exit_code() -> None:
    lines = errors_document().splitlines()

    for one in exit_codes().values():
        assert f"| {one.number} | {one.command} | {one.meaning} |" in lines


def test_ctrl_c_ends_a_command_as_the_table_says() -> None:
    app = typer.Typer()

    @app.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert CliRunner().invoke(app, []).exit_code == exits.INTERRUPTED.number
