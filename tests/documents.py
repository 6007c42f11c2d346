"""The documents that are made from tables and headers, as text; tests keep the files so."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import click

from core import errors
from core.errors import NdcError
from monitors.health.concerns import Health
from ndc import exits
from ndc.daemons.runner import EXIT_CODES
from ndc.exits import ExitCode
from tests.networks import ROOT
from toolchain import doctor

DECISIONS: Final = ROOT / "docs/decisions"
ROOMS: Final[tuple[str, ...]] = tuple(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "root_packages"
    ]
)
_HEADER: Final = re.compile(
    r"# (?P<number>\d+)\. (?P<title>[^\n]+)\n\n"
    r"Date: (?P<date>\d{4}-\d\d-\d\d)\. Status: (?P<status>in force|superseded by \d+)\."
    r"(?: Supersedes: (?P<supersedes>\d+(?:, \d+)*)\.)?"
    r"(?: Amends: (?P<amends>\d+(?:, \d+)*)\.)?"
    r"(?: Amended by: (?P<amended_by>\d+(?:, \d+)*)\.)?\n\n"
)
_ABOUT_DECISIONS: Final = """\
# Decisions

Why it is like this and not otherwise. A new decision takes the next free number of its subject:
1 the house and the command, 10 tool chain and environments, 20 inventory, 30 lab, 40 what exists,
50 what hosts contain, 60 routers, 70 recovery, 80 and 90 watching, services and agents.

A file begins with the title, the date and the status; this index is made from these lines, and a
test keeps it current. *Amends*: changes a part of the other decision, or adds to it. *Supersedes*:
holds instead of the other, whose file stays.

| number | decision | date | status |
|---|---|---|---|
"""
_BRANCH: Final = re.compile(r"^[│ ]*[├└]── (\w+) {2,}(.+?)(?: {2,}(.+))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the first lines of one decision say."""

    file: str
    number: int
    title: str
    date: str
    status: str
    supersedes: frozenset[int]
    amends: frozenset[int]
    amended_by: frozenset[int]

    @property
    def superseded_by(self) -> int | None:
        """The decision that holds instead; None: this one holds."""
        number = self.status.removeprefix("superseded by ")
        return int(number) if number.isdigit() else None


@cache
def tracked(*patterns: str, new: bool = True) -> tuple[Path, ...]:
    """Return the files of the repository that match ``patterns``; also ``new`` ones, or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-co" if new else "-c", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for name in sorted(listed.splitlines()) if (path := ROOT / name).exists())


def decisions() -> list[Decision]:
    """Return every decision, by number."""
    return [_decision(path) for path in sorted(DECISIONS.glob("[0-9]*.md"))]


def _decision(path: Path) -> Decision:
    found = _HEADER.match(path.read_text("utf-8"))
    assert found, f"{path.name} does not begin with '# NUMBER. TITLE', then 'Date: …. Status: ….'"
    return Decision(
        path.name,
        int(found["number"]),
        found["title"],
        found["date"],
        found["status"],
        *(_numbers(found[name]) for name in ("supersedes", "amends", "amended_by")),
    )


def _numbers(listed: str | None) -> frozenset[int]:
    return frozenset(map(int, listed.split(", "))) if listed else frozenset()


def decisions_index() -> str:
    """Return the index of decisions, by number."""
    rows = [
        f"| {one.number} | [{one.title}]({one.file}) | {one.date} | {'; '.join(_standing(one))} |"
        for one in decisions()
    ]
    return _ABOUT_DECISIONS + "\n".join(rows) + "\n"


def _standing(one: Decision) -> Iterator[str]:
    yield one.status
    for word, numbers in (
        ("supersedes", one.supersedes),
        ("amends", one.amends),
        ("amended by", one.amended_by),
    ):
        if numbers:
            yield f"{word} {', '.join(map(str, sorted(numbers)))}"


def tree_of_errors() -> dict[str, tuple[str, str]]:
    """Return what ``core.errors`` draws: of each class, what happened and what is then known."""
    return {name: (what, known) for name, what, known in _BRANCH.findall(errors.__doc__ or "")}


def errors_document() -> str:
    """Return the tree of errors and the exit codes."""
    return "\n".join((*_error_lines(), "", *_exit_lines())) + "\n"


def _error_lines() -> Iterator[str]:
    yield "# Errors and exit codes"
    yield ""
    yield "Made from `core/errors.py`, `ndc/exits.py`, `ndc/daemons/runner.py`,"
    yield "`toolchain/doctor.py` and `monitors/health/concerns.py`; a test keeps it current, and"
    yield "finds a command that exits with another number. A person sees four lines: what,"
    yield "expected, actual, next step; `--debug` adds the traceback."
    yield ""
    yield "| error | is a | what happened | what is then known | exit code |"
    yield "|---|---|---|---|---|"
    for name, (what, known) in tree_of_errors().items():
        error: type[NdcError] = getattr(errors, name)
        assert error.__base__ is not None
        told = f"{what} | {known or '-'} | {error.exit_code}"
        yield f"| `{name}` | `{error.__base__.__name__}` | {told} |"


def _exit_lines() -> Iterator[str]:
    meanings: dict[int, list[str]] = {}
    for code, meaning in _meanings():
        meanings.setdefault(code, []).append(meaning)
    yield "| exit code | from | meaning |"
    yield "|---|---|---|"
    for code in sorted(meanings):
        for meaning in dict.fromkeys(meanings[code]):
            yield f"| {code} | {meaning} |"
    yield "| 128 + *n* | `ndc tui` | signal *n* ended it |"
    yield "| any | `ndc ssh` | what ssh exits with: what the command on the host did, or 255 |"


def _meanings() -> Iterator[tuple[int, str]]:
    yield 0, "every command | what was asked for is so"
    yield click.UsageError.exit_code, "every command | the words make no command"
    for one in exit_codes().values():
        yield one.number, f"{one.command} | {one.meaning}"
    yield doctor.LACKS, "`ndc doctor` | something is missing, or not as needed"
    for name, (what, known) in tree_of_errors().items():
        if known:
            yield getattr(errors, name).exit_code, f"every command, `{name}` | {what}"
    for health in Health:
        yield health.exit_code, f"`ndc status` | {health}"
    for outcome, code in EXIT_CODES.items():
        yield code, f"a run of `ndc dr` | {outcome}"


def exit_codes() -> dict[str, ExitCode]:
    """Return what ``ndc.exits`` holds, by name."""
    return {name: value for name, value in vars(exits).items() if isinstance(value, ExitCode)}


def packages_document() -> str:
    """Return every package with what its docstring says first."""
    head = [
        "# Packages",
        "",
        "Made from the first line of each package's docstring; a test keeps it current. The rest",
        "of the docstring says in which order to read the modules. What a room is, and what it may",
        "not do: [ARCHITECTURE.md](../ARCHITECTURE.md).",
        "",
        "| package | what it is |",
        "|---|---|",
    ]
    paths = tracked(*(f"{room}/**__init__.py" for room in ROOMS))
    return "\n".join((*head, *(_package_row(path) for path in paths))) + "\n"


def _package_row(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = said.partition("\n")[0].replace("``", "`")
    return f"| `{path.parent.relative_to(ROOT)}/` | {first} |"


GENERATED: Final[Mapping[str, Callable[[], str]]] = {
    "docs/decisions/README.md": decisions_index,
    "docs/generated/errors.md": errors_document,
    "docs/generated/packages.md": packages_document,
}
"""path to text"""
