"""Every text that names a command, as a next step does, names one that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr.logs.seam import reseed
from inventory.host_units import units_of
from inventory.names import DatabaseName, HostName
from ndc.cli.root import app
from ndc.cli.show import Topic
from tests.documents import ROOMS, tracked
from tests.networks import ROOT, network

SHOWN = re.compile(r"\bndc (?:--env +)?([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?")
PROSE = ("as", "authority", "does", "met", "that", "writes", "wrote")
"""what follows where the program is meant, and no command"""
SENTENCE = {"lists", "tells", "shows"}
"""words after a command with which the sentence goes on"""

COMMANDS = {command.name for command in app.registered_commands}
GROUPS = {
    group.name: {command.name for command in group.typer_instance.registered_commands}
    for group in app.registered_groups
    if group.typer_instance is not None
}


def _texts() -> Iterator[tuple[str, str]]:
    """Yield every text of ours that is no docstring, with its place; what is computed is a gap."""
    for path in tracked(*(f"{room}/**.py" for room in ROOMS)):
        tree = ast.parse(path.read_text("utf-8"))
        inside = {
            part
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr | ast.JoinedStr)
            for part in ast.iter_child_nodes(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node not in inside
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", _text(node)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    parts = [node] if isinstance(node, ast.Constant) else node.values
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


SHOWING = [(place, text) for place, text in _texts() if SHOWN.search(text)]


@pytest.mark.parametrize(("place", "text"), SHOWING, ids=[place for place, _ in SHOWING])
def test_a_text_names_a_command_that_there_is(place: str, text: str) -> None:
    for found in SHOWN.finditer(text):
        first, second = found.groups()
        if first in PROSE:
            continue
        assert first in COMMANDS | GROUPS.keys(), f"{place}: {text}"
        if first in GROUPS and second:
            assert second in GROUPS[first], f"{place}: {text}"
        if first == "show" and second:
            assert second in {*Topic} | SENTENCE, f"{place}: {text}"


UNIT = re.compile(r"ndc ssh (\S+) -- (?:journalctl|systemctl \w+) (?:-u |--unit )?(\S+\.service)")
TOLD = [
    (path, found[1], found[2])
    for path in sorted((ROOT / "tests/golden").rglob("*.txt"))
    for found in UNIT.finditer(path.read_text("utf-8"))
]


@pytest.mark.parametrize(("path", "host", "unit"), TOLD, ids=[told[0].name for told in TOLD])
def test_a_text_that_a_person_reads_names_a_unit_that_the_host_has(
    path: Path, host: str, unit: str
) -> None:
    units = {
        host.name: units_of(of, host)
        for of in (network("tiny"), network("compact"))
        for host in of.hosts
    }

    assert unit in units[HostName(host)], path


def test_some_text_names_a_unit() -> None:
    assert TOLD


def test_the_next_step_of_a_copy_that_is_apart_is_a_command_that_there_is() -> None:
    _, group, command, *words = reseed(DatabaseName("general-db"), HostName("ndc02-data")).split()

    assert command in GROUPS[group]
    assert words == ["general-db", "ndc02-data"]
