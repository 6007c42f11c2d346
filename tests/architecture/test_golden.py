"""Every golden text is of a test, and is written anew only where a person reads the difference."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REFRESH, Golden
from tests.networks import ROOT

FOLDERS = (ROOT / "tests/golden", ROOT / "docs/generated")
THIS = "tests/architecture/test_golden.py"
JUDGE = "test_every_golden_text_was_compared"


@pytest.mark.after_all
def test_every_golden_text_was_compared(golden: Golden) -> None:
    # the inventories that are spoilt on purpose lie beside what is told of them
    there = {
        path
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".yaml"
    }

    compared = {path for path in golden.compared if any(map(path.is_relative_to, FOLDERS))}
    assert there == compared


def test_a_text_that_differs_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    approved = tmp_path / "approved.txt"
    approved.write_text("old", "utf-8")

    with pytest.raises(AssertionError, match="make golden"):
        Golden(refreshes=False)(approved, "new")

    assert approved.read_text("utf-8") == "old"


def test_a_text_is_refreshed_where_that_is_asked_for(tmp_path: Path) -> None:
    asked = Golden(refreshes=True)

    for _ in range(2):
        asked(tmp_path / "folder/approved.txt", "new")

    assert (tmp_path / "folder/approved.txt").read_text("utf-8") == "new"
    assert asked.refreshed == [tmp_path / "folder/approved.txt"]


@pytest.mark.parametrize(
    ("words", "variables"), [([], {REFRESH: "1"}), (["--snapshot-update"], {})]
)
def test_ci_refreshes_nothing(words: list[str], variables: dict[str, str]) -> None:
    done = _pytest(*words, CI="true", **variables)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "CI compares with golden texts and refreshes none" in done.stderr


def test_what_judges_the_whole_session_runs_where_all_tests_run() -> None:
    whole, part, chosen = _pytest(), _pytest(THIS), _pytest("-k", "golden_text")

    assert JUDGE in whole.stdout
    assert JUDGE not in part.stdout
    assert JUDGE in chosen.stdout, "no test that compares was left out here"


def _pytest(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Collect the tests of this file as if it were all there are."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "syrupy", "--collect-only", "-q"),
            *("-o", f"testpaths={THIS}", *words),
        ],
        cwd=ROOT,
        # of the plugins, only the one that this is about: each takes as long to load
        env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
