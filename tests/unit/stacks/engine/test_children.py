"""How many processes run side by side, whatever they do; a fake program stands for the engine's."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from core.system_clock import SystemClock
from stacks.engine.children import AT_ONCE, Children
from stacks.engine.wire import Failed, Finished, Job, Said, to_line

_PROGRAM = f"""
import os, sys, time
stack = sys.stdin.readline().split('"stack":"')[1].split('"')[0]
log = os.open(os.environ["LOG"], os.O_WRONLY | os.O_APPEND)
os.write(log, b"+")
time.sleep(0.05)
os.write(log, b"-")
if stack == "dies":
    sys.exit("no room")
print({to_line(Finished())!r}, flush=True)
"""


class Site:
    """Where a fake program is started for some stacks, and what is heard of it."""

    def __init__(self, folder: Path) -> None:
        package = folder / "stacks" / "engine"
        package.mkdir(parents=True)
        for init in (package.parent, package):
            (init / "__init__.py").touch()
        (package / "stack.py").write_text(_PROGRAM)
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()
        self.heard: list[tuple[str, Said]] = []
        variables = {"PATH": os.defpath, "PYTHONPATH": str(folder), "LOG": str(self.log)}
        self.children = Children(variables, SystemClock(), timedelta(minutes=5))

    def job(self, stack: str) -> Job:
        """Return a job for ``stack``."""
        folder = self.folder / stack
        folder.mkdir()
        return Job(
            verb="preview",
            stack=stack,
            items=[],
            cli="",
            folder=str(folder),
            known=False,
            interrupted=False,
        )

    def run(self, *stacks: str) -> bool:
        """Run a job for each of ``stacks``."""
        jobs = [self.job(stack) for stack in stacks]
        return self.children.run(jobs, lambda stack, said: self.heard.append((stack, said)))

    def most_at_once(self) -> int:
        """Return how many ran side by side at most."""
        running = most = 0
        for sign in self.log.read_text():
            running += 1 if sign == "+" else -1
            most = max(most, running)
        return most


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a site that ran nothing."""
    return Site(tmp_path)


def test_however_many_stacks_there_are_few_processes_run_at_a_time(site: Site) -> None:
    stacks = [f"site{number}" for number in range(3 * AT_ONCE + 1)]

    interrupted = site.run(*stacks)

    assert not interrupted
    assert {stack for stack, said in site.heard if isinstance(said, Finished)} == set(stacks)
    assert 1 < site.most_at_once() <= AT_ONCE


def test_one_that_dies_is_told_and_the_others_go_on(site: Site) -> None:
    site.run("first", "dies", "last")

    (failed,) = [said for stack, said in site.heard if stack == "dies"]
    assert isinstance(failed, Failed)
    assert "no room" in str(failed)
    assert {stack for stack, said in site.heard if isinstance(said, Finished)} == {"first", "last"}


def test_after_an_interrupt_those_that_wait_are_not_begun(site: Site) -> None:
    stacks = [f"site{number}" for number in range(3 * AT_ONCE)]
    jobs = [site.job(stack) for stack in stacks]

    def interrupt(stack: str, said: Said) -> None:
        site.heard.append((stack, said))
        if len(site.heard) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    assert site.children.run(jobs, interrupt)
    assert site.log.read_text().count("+") <= AT_ONCE + 1
