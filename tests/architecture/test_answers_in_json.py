"""A command that only looks answers programs as well (``--json``)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import pytest

from ndc.cli.audited import LOOKS
from ndc.cli.root import app

PICTURES: Final = {"tui"}
"""what answers nobody but a person at a terminal"""


def _commands() -> dict[str, Callable[..., Any]]:
    """Return what each command calls, by the words that are typed."""
    named = {
        command.name: command.callback for command in app.registered_commands if command.callback
    }
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            if command.callback:
                named[f"{group.name} {command.name}"] = command.callback
    return {name: callback for name, callback in named.items() if name is not None}


COMMANDS = _commands()


@pytest.mark.parametrize("name", sorted(LOOKS & COMMANDS.keys() - PICTURES))
def test_a_command_that_only_looks_answers_in_json(name: str) -> None:
    assert "as_json" in inspect.getsource(COMMANDS[name]), name


def test_what_only_looks_is_a_command_or_a_group_of_them() -> None:
    groups = {name.split()[0] for name in COMMANDS if " " in name}

    assert LOOKS - COMMANDS.keys() <= {"", *groups}
