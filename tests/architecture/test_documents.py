"""Every command that a document shows can be parsed by the program, or is at least one of its."""

from __future__ import annotations

import itertools
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import CliRunner
from typer.main import get_command

from ndc.cli.options import hoisted
from ndc.cli.root import app
from tests.documents import tracked
from tests.networks import ROOT

COMMAND: Any = get_command(app)
DOCUMENTS = tracked("*.md")
SHOWN = re.compile(r"^(?:    |\$ |    \$ )(ndc [^#\n]*)", re.MULTILINE)

MENTIONED = re.compile(r"`(ndc [^`\n]+)`")
VALUED = ("--env", "--inventory")


def _shown() -> list[tuple[str, str]]:
    found = []
    for document in DOCUMENTS:
        for line in SHOWN.findall(document.read_text("utf-8")):
            commands = [part.strip() for part in line.split(";")]
            found += [(document.name, command) for command in commands if command]
    return found


def _mentioned() -> list[tuple[str, str]]:
    return [
        (str(document.relative_to(ROOT)), command)
        for document in DOCUMENTS
        for command in MENTIONED.findall(document.read_text("utf-8"))
    ]


def _inert_copy(tree: typer.Typer) -> typer.Typer:
    """Return ``tree`` with every command parsed as ever, and carried out by nobody."""
    copy = typer.Typer(no_args_is_help=True)
    for command in tree.registered_commands:
        copy.command(command.name)(_does_nothing(command.callback))
    for group in tree.registered_groups:
        assert group.typer_instance is not None
        copy.add_typer(_inert_copy(group.typer_instance), name=group.name)
    if tree.registered_callback is not None:
        copy.callback()(_does_nothing(tree.registered_callback.callback))
    return copy


@cache
def inert() -> Any:
    """Return the command tree, in which every command is parsed and does nothing; made once.

    Nor does what every command does first: nothing is written into the checkout's audit log.
    """
    return get_command(_inert_copy(app))


def _does_nothing(callback: Any) -> Any:
    def nothing(**_: object) -> None:
        pass

    nothing.__annotations__ = callback.__annotations__
    nothing.__wrapped__ = callback  # type: ignore[attr-defined]  # where inspect finds the signature
    return nothing


@pytest.mark.parametrize(("document", "command"), _shown())
def test_a_command_that_is_shown_can_be_parsed(document: str, command: str) -> None:
    words = hoisted(shlex.split(command)[1:])

    parsed = CliRunner().invoke(inert(), words)

    assert parsed.exit_code == 0, f"{document}: {command}\n{parsed.output}"


@pytest.mark.parametrize(("document", "command"), _mentioned())
def test_a_command_in_a_sentence_is_there(document: str, command: str) -> None:
    words = hoisted(shlex.split(command)[1:])
    plain = [
        word
        for before, word in itertools.pairwise(["", *words])
        if not word.startswith("-") and before not in VALUED
    ]

    here = COMMAND
    for word in plain:
        if hasattr(here, "commands"):
            assert word in here.commands, f"{document}: {command}"
            here = here.commands[word]


def test_a_command_that_is_parsed_is_written_down_nowhere(tmp_path: Path) -> None:
    parsed = CliRunner().invoke(inert(), ["--yes", "up"], env={"NDC_HOME": str(tmp_path)})

    assert parsed.exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_an_option_of_every_command_is_looked_at() -> None:
    assert CliRunner().invoke(inert(), ["--env", "No Name", "up"]).exit_code == 2


def test_the_readme_shows_commands() -> None:
    assert any(document == "README.md" for document, _ in _shown())
