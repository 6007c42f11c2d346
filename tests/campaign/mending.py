"""Brings the network back to all green, as an operator would who does what its status says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.clock import Clock
from tests.lab.terminal import Answer, Terminal

_PATIENCE: Final = timedelta(minutes=6)
"""no new try is begun after that"""
_OPEN: Final = {"held", "in progress", "orphaned"}
_HINT: Final = re.compile(
    r": ndc ((?:dr (?:admit|release|reseed|replace-voter|make-room)|lab start|drill clean"
    r"|ssh \S+ -- systemctl start)(?: [\w.@-]+)*)"
)
"""in what status says: a command that mends; others only show more"""
_UNCOMPARED: Final = re.compile(r"\b((?:[\w-]+\.)?compare) is in doubt")
_EXPECTED: Final = ("dr admit", "dr release", "dr reseed", "dr replace-voter")
"""what a person does after a loss"""
_SIX_MINUTES: Final = 360


@dataclass(frozen=True, slots=True)
class Mending:
    """Mends ``lab``; what it had to do beyond waiting is noted."""

    lab: Terminal
    clock: Clock
    note: Callable[[str], None]

    def mend(self) -> list[str]:
        """Return what is not as it should be when all was tried: nothing, as a rule."""
        until = self.clock.elapsed() + _PATIENCE
        while True:
            self._give_back()
            self._end_runs()
            status = self.lab.ndc("status", "--wait", "--json", bound_seconds=_SIX_MINUTES)
            left = [f"{one['subject']}: {one['sentence']}" for one in _concerns(status)]
            if not left or self.clock.elapsed() > until:
                return left
            self._do(hints(left))

    def _give_back(self) -> None:
        made = self.lab.done("lab", "status", "--json").value
        frozen = [host["name"] for host in made["hosts"] if host["state"] == "frozen"]
        off = [host["name"] for host in made["hosts"] if host["state"] not in {"running", "frozen"}]
        commands = [["thaw", *frozen] if frozen else [], ["start", *off] if off else [], ["heal"]]
        for words in filter(None, commands):
            done = self.lab.ndc("lab", *words, bound_seconds=_SIX_MINUTES)
            if done.code:
                self.note(f"FINDING ndc lab {' '.join(words)}: {done.stderr.strip()[-200:]}")

    def _end_runs(self) -> None:
        for run in self._open_runs():
            resumed = self.lab.ndc("dr", "resume", run, bound_seconds=_SIX_MINUTES)
            self.note(f"resumed {run}: exit {resumed.code}")
        for run in self._open_runs():
            self._answer_for(run)
        for run in self._open_runs():
            aborted = self.lab.ndc("dr", "abort", run, bound_seconds=_SIX_MINUTES)
            self.note(f"FINDING {run} could not be ended by resume: abort exit {aborted.code}")
        for run in self._open_runs():
            given_up = self.lab.ndc("dr", "give-up", run, "--reason", "the campaign goes on")
            self.note(f"FINDING {run} could not be aborted: give-up exit {given_up.code}")

    def _answer_for(self, run: str) -> None:
        """Answer for a comparison in ``run`` that nobody can make any more, as its runbook says.

        A leader that was killed while it was succeeded does not tell where its log ends.
        """
        shown = self.lab.ndc("dr", "show", run).stdout
        for step in _UNCOMPARED.findall(shown):
            why = ("--reason", "its old leader was killed")
            done = self.lab.ndc("dr", "skip", run, step, *why, bound_seconds=_SIX_MINUTES)
            self.note(f"answered for {step} of {run}: exit {done.code}")

    def _open_runs(self) -> list[str]:
        lines = self.lab.done("dr", "runs", "--json").value
        return [run for run, line in lines.items() if line.split("  ")[1].strip() in _OPEN]

    def _do(self, commands: Iterable[str]) -> None:
        for command in commands:
            done = self.lab.ndc(*command.split(" "), bound_seconds=_SIX_MINUTES)
            is_usual = command.startswith(_EXPECTED) and done.code == 0
            said = "" if done.code == 0 else f", {done.stderr.strip()[-200:]}"
            self.note(f"{'' if is_usual else 'FINDING '}ndc {command}: exit {done.code}{said}")
        self.clock.sleep(timedelta(seconds=2))


def hints(left: Iterable[str]) -> list[str]:
    """Return the commands without ``ndc`` that ``left`` names to mend it, each once."""
    return list(dict.fromkeys(_hints(left)))


def _hints(left: Iterable[str]) -> Iterator[str]:
    for sentence in left:
        if found := _HINT.search(sentence):
            yield found[1]


def _concerns(status: Answer) -> list[dict[str, Any]]:
    if status.code not in {0, 1, 6}:
        return [{"subject": "status", "sentence": status.stderr[-200:]}]
    concerns: list[dict[str, Any]] = status.value["concerns"]
    return [one for one in concerns if not one["is_past"]]
