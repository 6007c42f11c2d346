"""Every next step that an error shows names a command that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr.seam import reseed
from inventory.host_units import units_of
from inventory.names import DatabaseName, HostName
from ndc.cli.root import app
from ndc.cli.show import Topic
from tests.networks import network

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dr", "inventory", "monitors", "ndc", "stacks", "tui")
SHOWN = re.compile(r"\bndc (?:--env +)?([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?")
PROSE = ("ndc as the daemon", "ndc met")
"""where the program is meant, and no command"""
SENTENCE = {"lists", "tells", "shows"}
"""words after a command with which the sentence goes on"""

COMMANDS = {command.name for command in app.registered_commands}
GROUPS = {
    group.name: {command.name for command in group.typer_instance.registered_commands}
    for group in app.registered_groups
    if group.typer_instance is not None
}


def _next_steps() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "next_step":
                    yield f"{path.relative_to(ROOT)}:{node.value.lineno}", _text(node.value)


def _text(node: ast.expr) -> str:
    """Return what is written there; what is computed leaves a gap."""
    parts = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
    return " ".join(str(part.value) for part in parts)


STEPS = [(place, text) for place, text in _next_steps() if SHOWN.search(text)]


@pytest.mark.parametrize(("place", "text"), STEPS, ids=[place for place, _ in STEPS])
def test_a_next_step_names_a_command_that_there_is(place: str, text: str) -> None:
    for found in SHOWN.finditer(text):
        first, second = found.groups()
        if text.startswith(PROSE, found.start()):
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
