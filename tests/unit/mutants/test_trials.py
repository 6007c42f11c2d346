"""A fault is seen by what imports the module, and by nothing else; what does not end is ended."""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.mutants.result import Mutant, Verdict, ratio, result_text
from tests.mutants.trials import Job, carried_out, caught_by, lines_run

MODULE = "a_module_to_spoil.py"
SOURCE = "def is_less(a: int, b: int) -> bool:\n    return a < b\n"
TEST = """
from a_module_to_spoil import is_less

def test_a_smaller_number_is_less():
    assert is_less(1, 2)

def test_a_greater_number_is_not():
    assert not is_less(2, 1)
"""


@pytest.fixture
def test_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Path(MODULE).write_text(SOURCE)
    Path("test_it.py").write_text(TEST)
    return "test_it.py"


def test_what_a_test_asks_about_is_caught_and_what_it_does_not_ask_survives(
    test_file: str,
) -> None:
    jobs = [Job(index, partial(caught_by, MODULE, index, [test_file]), 60) for index in range(3)]

    ended = dict(carried_out(iter(jobs)))

    assert ended == {
        0: "",  # a <= b
        1: "test_it.py::test_a_smaller_number_is_less",  # a >= b
        2: "test_it.py::test_a_smaller_number_is_less",  # None
    }
    assert Path(MODULE).read_text() == SOURCE
    assert "a_module_to_spoil" not in sys.modules


def test_the_lines_that_a_test_file_runs_are_known(test_file: str) -> None:
    ((_, told),) = carried_out(iter([Job("", partial(lines_run, test_file, [MODULE]), 60)]))

    failed, seconds, lines = told
    assert (failed, lines) == ("", {MODULE: [1, 2]})
    assert seconds > 0


def test_what_does_not_end_is_ended_and_what_breaks_says_so() -> None:
    assert list(carried_out(iter([Job("endless", signal.pause, 1)]))) == [("endless", None)]
    with pytest.raises(ChildProcessError, match="ZeroDivisionError"):
        list(carried_out(iter([Job("broken", lambda: 1 // 0, 60)])))


def test_what_nobody_noticed_is_told_with_its_place() -> None:
    mutant = Mutant("dr", "dr/planning/rules.py", 0, 7)
    verdicts = [Verdict(mutant, "a test", "-a\n+b"), Verdict(mutant, "", "-a < b\n+a <= b")]

    text = result_text(["conditions"], verdicts)

    assert ratio(verdicts) == 0.5
    assert "survived: dr/planning/rules.py:7\n  -a < b\n  +a <= b" in text
    assert "dr                      2           1           0           1" in text
