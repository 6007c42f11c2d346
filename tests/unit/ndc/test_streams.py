"""``ndc`` in shells that closed a stream, lack a letter, or stopped reading."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.networks import ROOT

NDC = f"{sys.executable} -P -m ndc"
IN_LATIN = {"PYTHONIOENCODING": "latin-1"}
IN_ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def _typed(line: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Return what a shell says to ``line``; nothing of this test's own environment is in it."""
    around = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run(
        ["bash", "-c", line],
        env=around,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("check >&-", 0),
        ("check <&-", 0),
        ("check <&- >&- 2>&-", 0),
        ("--help >&-", 0),
        ("--inventory nowhere check 2>&-", 3),
        ("--inventory nowhere check >&- 2>&-", 3),
        ("env destroy nobody <&-", 4),
    ],
)
def test_a_closed_stream_changes_no_exit_code(words: str, code: int) -> None:
    said = _typed(f"{NDC} {words}")

    assert (said.returncode, b"no words for" in said.stderr) == (code, False), said.stderr


@pytest.mark.parametrize("words", ["show", "--json show", "--help", "status --help"])
def test_a_reader_that_went_away_is_told_by_141(words: str) -> None:
    said = _typed(f"{{ sleep 0.1; {NDC} {words}; echo $? >&2; }} | true")

    assert said.stderr == b"141\n"


def test_a_pipe_that_broke_elsewhere_is_not_taken_for_a_reader_that_went_away() -> None:
    broken = "import ndc.cli.check as c; c.check = lambda: (_ for _ in ()).throw(BrokenPipeError())"

    said = _typed(
        f"{sys.executable} -c '{broken}; import sys; from ndc.__main__ import main;"
        ' sys.argv = ["ndc", "check"]; main()\''
    )

    assert (said.returncode, b"BrokenPipeError" in said.stderr) == (6, True)


@pytest.mark.parametrize("terminal", [IN_LATIN, IN_ASCII], ids=["latin-1", "ascii"])
def test_a_letter_that_the_terminal_lacks_is_replaced(terminal: dict[str, str]) -> None:
    said = _typed(f"{NDC} show sites", **terminal)

    assert (said.returncode, said.stderr) == (0, b"")
    assert b"?" in said.stdout


@pytest.mark.parametrize("terminal", [IN_LATIN, IN_ASCII], ids=["latin-1", "ascii"])
def test_json_loses_no_letter_to_a_terminal(terminal: dict[str, str]) -> None:
    whole = _typed(f"{NDC} --json show")
    narrow = _typed(f"{NDC} --json show", **terminal)

    assert narrow.stdout.isascii()
    assert json.loads(narrow.stdout) == json.loads(whole.stdout)
