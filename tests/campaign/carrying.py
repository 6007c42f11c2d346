"""Runs of a round: begun as a person begins them, whose carrier is struck, and resumed."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from core.clock import Clock
from core.locks import is_held
from tests.campaign.rounds import Fate, Round
from tests.lab.journals import Run, plans
from tests.lab.terminal import Terminal

_ACCEPTED: Final = timedelta(seconds=60)
"""in which a loss is seen by observers, and a plan is accepted"""
_EVERY: Final = timedelta(seconds=2)
_SOON: Final = timedelta(milliseconds=20)
_HANG_SECONDS: Final = 600
_HELD: Final = 7
_GATE: Final = re.compile(r"(\S+) is awaiting approval")
_NEEDLESS: Final = ("nothing has to move without", "already, with its database")
"""in what is said where a plan is of no use, now or later"""


@dataclass(slots=True)
class Carrying:
    """All runs of one round."""

    lab: Terminal
    clock: Clock
    note: Callable[[str], None]
    what: Round
    stopped_for: timedelta = timedelta(seconds=8)
    runs: list[str] = field(default_factory=list)
    """that were begun, oldest first"""
    struck: list[str] = field(default_factory=list)
    """of each carrier that was killed or stopped: the run, and what its journal said last"""
    _instants: Iterator[float] = field(init=False)

    def __post_init__(self) -> None:
        self._instants = iter(self.what.instants)

    def run(self, *words: str) -> None:
        """Have ``ndc dr WORDS`` begun once it is accepted, struck, and resumed by another."""
        begun = self._begun(words)
        if begun is None:
            return
        command, folder = begun
        self.runs.append(folder.name)
        self._to_its_end(command, folder)

    def agree(self, operator: str) -> None:
        """Have ``operator`` agree to what the run begun last waits for, if it does, and go on."""
        until = self.clock.elapsed() + _ACCEPTED
        while self.runs and self.clock.elapsed() < until:
            run = self.runs[-1]
            gate = _GATE.search(self.lab.ndc("dr", "show", run).stdout)
            if gate is None:
                return
            command = self.lab.begun("dr", "approve", run, gate[1], "--as", operator)
            self._to_its_end(command, self.lab.runs / run)

    def _to_its_end(self, command: subprocess.Popen[str], folder: Path) -> None:
        """Let ``command`` carry a run, and others resume it as long as who carries it is killed."""
        is_killed = self._carried(command, folder)
        while is_killed and not Run(folder).is_over:
            is_killed = self._carried(self.lab.begun("dr", "resume", folder.name), folder)

    def _begun(self, words: tuple[str, ...]) -> tuple[subprocess.Popen[str], Path] | None:
        """Return the command and its run, once its journal is begun; None: it never was."""
        until = self.clock.elapsed() + _ACCEPTED
        known = plans(self.lab.runs)
        while True:
            command = self.lab.begun("dr", *words)
            if (folder := self._folder(command, known)) is not None:
                return command, folder
            out, err = command.communicate()
            said = f"{out}\n{err}"
            self.note(f"dr {' '.join(words)}: {_first(said)}")
            if self.clock.elapsed() > until or any(one in err for one in _NEEDLESS):
                return None
            known |= plans(self.lab.runs)
            self.clock.sleep(_EVERY)

    def _folder(self, command: subprocess.Popen[str], known: set[Path]) -> Path | None:
        """Return the run that ``command`` began; None: it ended without."""
        while True:
            is_over = command.poll() is not None
            opened = (path for path in plans(self.lab.runs) - known if Run(path).entries)
            folder = next(opened, None)
            if folder is not None or is_over:
                return folder
            self.clock.sleep(_SOON)

    def _carried(self, command: subprocess.Popen[str], folder: Path) -> bool:
        """Let the fate come while ``command`` carries a run; tell whether who did was killed."""
        with command:
            is_struck = self._strike(command, folder)
            out, err = command.communicate(timeout=_HANG_SECONDS)
        self.note(f"{folder.name}: exit {command.returncode}, {_last(out.strip() or err)}")
        return is_struck and self.what.fate is Fate.KILLED and command.returncode == _HELD

    def _strike(self, command: subprocess.Popen[str], folder: Path) -> bool:
        """Tell whether who carries the run was struck, before it was over."""
        instant = next(self._instants, None)
        if instant is None or not self._is_carried(command, folder):
            return False
        until = self.clock.elapsed() + timedelta(seconds=instant)
        while command.poll() is None and self.clock.elapsed() < until:
            self.clock.sleep(_SOON)
        is_killing = self.what.fate is Fate.KILLED
        if not _signalled(folder, signal.SIGKILL if is_killing else signal.SIGSTOP):
            return False
        told = f"{folder.name} {self.what.fate} after {instant:g} s, {_stands(Run(folder))}"
        self.struck.append(told)
        self.note(told)
        if not is_killing:
            self.clock.sleep(self.stopped_for)
            _signalled(folder, signal.SIGCONT)
        return True

    def _is_carried(self, command: subprocess.Popen[str], folder: Path) -> bool:
        """Return once a process holds the run; False: the command ended before."""
        while not is_held(folder / "lock"):
            if command.poll() is not None:
                return False
            self.clock.sleep(_SOON)
        return True


def _signalled(folder: Path, number: signal.Signals) -> bool:
    """Tell whether the process that carries the run in ``folder`` took the signal."""
    if not is_held(folder / "lock"):
        return False
    try:
        Run(folder).signal_carrier(number)
    except (OSError, ValueError):
        return False
    return True


def _stands(run: Run) -> str:
    """Return what the journal of ``run`` says last of a step."""
    steps = [entry for entry in run.entries if entry["what"] == "step"]
    return f"{steps[-1]['step']} {steps[-1]['event']}" if steps else "before its first step"


def _first(text: str) -> str:
    """Return the first two lines in which a refusal says what it is, or else the last."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    refusals = [line for line in lines if line.startswith(("what ", "actual "))]
    return ", ".join(refusals[:2] or lines[-1:] or ["nothing was said"])[:200]


def _last(text: str) -> str:
    return text.strip().splitlines()[-1][:160] if text.strip() else "nothing was said"
