"""What holds for every command: which environment, which inventory, how to answer.

The options may stand before or after the command's name (``hoisted``), because
nobody should have to remember which.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from core.errors import NdcError
from inventory.names import EnvironmentName
from ndc import exits
from ndc.streams import takes_every_letter

DEFAULT_ENVIRONMENT = EnvironmentName("lab")
DEFAULT_PROFILE = "compact"

_FLAGS = frozenset({"--json", "--yes", "--debug"})
_VALUED = frozenset({"--env", "--inventory", "--as", "--key", "--ticket"})
_OF_AN_ENVIRONMENT = re.compile(
    r"\bndc (?=(?:audit|check|show|up|status|down|ssh|logs|tui|lab|dr|drill)\b)"
)
"""commands that mean another thing in another environment; ``env`` and ``doctor`` do not"""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the root command."""

    environment: EnvironmentName = DEFAULT_ENVIRONMENT
    inventory: Path | None = None
    """None: the one that the environment was made with, or the default network"""
    as_json: bool = False
    yes: bool = False
    operator: str | None = None
    """who asks, as the inventory calls them; None: nobody said"""
    key: Path | None = None
    """that proves it; None: the one that the environment made, or the ssh-agent's"""
    ticket: str = ""

    def command(self, *words: str) -> str:
        """Return what to type to have ``words`` mean the same: environment and inventory named."""
        named = addressed(f"ndc {shlex.join(words)}", self.environment)
        return named + (
            f" --inventory {shlex.quote(str(self.inventory))}" if self.inventory else ""
        )


def addressed(text: str, environment: str) -> str:
    """Return ``text`` with ``--env`` in its commands, where another environment would be meant."""
    if environment == DEFAULT_ENVIRONMENT:
        return text
    return _OF_AN_ENVIRONMENT.sub(f"ndc --env {environment} ", text)


@contextmanager
def concerning(environment: str) -> Iterator[None]:
    """Let what goes wrong meanwhile be told with commands for ``environment``."""
    try:
        yield
    except NdcError as error:
        error.actual = addressed(error.actual, environment)
        error.next_step = addressed(error.next_step, environment)
        raise
    except KeyboardInterrupt:
        say(addressed("\nstopped; what was begun is on record: ndc status shows it", environment))
        raise


def current(context: typer.Context) -> Options:
    """Return the options of this invocation."""
    options = context.find_object(Options)
    return options if options is not None else Options()


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return ``arguments`` with the common options moved to the front; ``--`` ends the search."""
    common, rest = _sorted_out(arguments)
    return [*common, *rest]


def typed_words() -> list[str]:
    """Return what was typed after ``ndc``, without the common options."""
    return _sorted_out(sys.argv[1:])[1]


def _sorted_out(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    common: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name, _, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _FLAGS or (name in _VALUED and value):
            common.append(argument)
        elif argument in _VALUED:
            common += [argument, *([following] if (following := next(waiting, None)) else [])]
        else:
            rest.append(argument)
    return common, rest


def say(text: str) -> None:
    """Tell how long work goes: a line to stderr, so that stdout stays the answer."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """Print the answer to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer_json(value: Any) -> None:
    """Print ``value`` to stdout as JSON; what JSON lacks is written as its text."""
    ascii_only = not takes_every_letter()
    answer(json.dumps(value, indent=2, default=str, ensure_ascii=ascii_only))


def confirmed(options: Options, question: str, command: str) -> None:
    """Return if a person agrees; without a terminal only ``--yes`` is agreement.

    Raises:
        typer.Exit: with 2 where nobody could be asked, with 1 where they declined.
    """
    if options.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say(f"nothing was touched: a change without a terminal needs --yes\n    {command} --yes")
        raise typer.Exit(exits.NOBODY_ASKED.number)
    if not typer.confirm(question, err=True):
        say("nothing was touched")
        raise typer.Exit(exits.DECLINED.number)


def finish_list(nothing: str, entries: Sized, damaged: Sequence[NdcError]) -> None:
    """Tell what a list had to leave out, or ``nothing`` if there was nothing to list.

    Raises:
        typer.Exit: with the code of the first thing left out.
    """
    for error in damaged:
        say("\n".join(["", *error.lines()]))
    if damaged:
        raise typer.Exit(damaged[0].exit_code)
    if not entries:
        say(nothing)
