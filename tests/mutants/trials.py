"""Test files run in forked processes, over a tree in which one module has one fault.

The fault is in memory: what imports the module in that process gets it, and the
checkout is never touched.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

import coverage
import pytest
from hypothesis import settings
from typing_extensions import override

from tests.checkout import CLOCK, CORES
from tests.mutants.operators import mutations

_MOST_BYTES = 4 << 30
_MOST_SECONDS = 300
"""of processor time, however busy the machine: all tests that are asked of one mutant take less"""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be found out in a process of its own."""

    about: Any
    work: Callable[[], Any]
    """returns what JSON can hold"""
    bound_seconds: int


def carried_out(jobs: Iterator[Job]) -> Iterator[tuple[Any, Any]]:
    """Yield what each job is about and came to, as they end; None: it was ended at its bound.

    Raises:
        ChildProcessError: the work of a job raised.
    """
    running: dict[int, tuple[Job, Path]] = {}
    try:
        while True:
            while len(running) < CORES and (job := next(jobs, None)):
                folder = Path(tempfile.mkdtemp(prefix="ndc-mutant-"))
                running[os.fork() or _alone(job, folder)] = job, folder
            if not running:
                return
            process, status = os.wait()
            job, folder = running[process]
            yield job.about, _answer(folder) if os.WIFEXITED(status) else None
            _clean_up(process, folder)
            del running[process]
    finally:
        for process, (_, folder) in running.items():
            _clean_up(process, folder)


def caught_by(path: str, index: int, test_files: Sequence[str]) -> str:
    """Return the first test that fails while ``path`` has its fault ``index``; empty: none."""
    tree = ast.parse(Path(path).read_bytes())
    list(mutations(tree))[index].change()
    code = compile(ast.fix_missing_locations(tree), path, "exec")
    sys.meta_path.insert(0, _Faulty(path, code))
    return next(filter(None, map(_failed, test_files)), "")


def lines_run(test_file: str, modules: Sequence[str]) -> tuple[str, float, dict[str, list[int]]]:
    """Return the first test that fails without a fault, or "", the seconds, and the lines run."""
    began = CLOCK.elapsed()
    where = {module: str(Path(module).resolve()) for module in modules}
    seen = coverage.Coverage(data_file=None, include=list(where.values()))
    with seen.collect():
        failed = _failed(test_file)
    data = seen.get_data()
    lines = {module: sorted(data.lines(path) or ()) for module, path in where.items()}
    return failed, (CLOCK.elapsed() - began).total_seconds(), lines


def _failed(test_file: str) -> str:
    spy = _Spy()
    words = ["-x", "-q", "-m", "not lab", "-p", "no:cacheprovider", test_file]
    ended = pytest.main([*words, "-W", "ignore::pytest.PytestAssertRewriteWarning"], plugins=[spy])
    fine = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    return "" if ended in fine else spy.failed or f"{test_file} ended with {ended}"


@dataclass
class _Spy:
    """Remembers the first test that failed."""

    failed: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


class _Faulty(SourceFileLoader):
    """Gives out ``code`` for the module whose source is ``path``."""

    def __init__(self, path: str, code: CodeType) -> None:
        super().__init__(path.removesuffix(".py").replace("/", "."), str(Path(path).resolve()))
        self._code = code

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        found = spec_from_file_location(name, self.path, loader=self)
        return found if name == self.name else None

    @override
    def get_code(self, fullname: str) -> CodeType | None:
        return self._code


def _alone(job: Job, folder: Path) -> NoReturn:
    """Carry ``job`` out in this process, which nothing survives but its answer."""
    try:
        gc.freeze()  # looking through what the parent left would copy it
        os.setsid()
        signal.alarm(job.bound_seconds)
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        sys.argv[:] = ["pytest"]
        said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1)
        os.dup2(said, 2)
        settings.register_profile("mutants", database=None, derandomize=True)
        settings.load_profile("mutants")
        told = json.dumps(job.work())
        (folder / "answer.json").write_text(told, "utf-8")
    except BaseException:  # noqa: BLE001 - whatever it is, the parent tells it
        (folder / "broke").write_text(traceback.format_exc(), "utf-8")
    finally:
        os._exit(0)


def _answer(folder: Path) -> Any:
    try:
        return json.loads((folder / "answer.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ChildProcessError((folder / "broke").read_text("utf-8")) from None


def _clean_up(process: int, folder: Path) -> None:
    """End what ``process`` has left running; its group is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
