"""Brings the network back to all green after a round, as an operator would who reads its status."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.clock import Clock
from tests.lab.terminal import Answer, Terminal

_TRIES: Final = 4
_OPEN: Final = {"held", "in progress", "orphaned"}
_RESEED: Final = re.compile(r"ndc dr reseed (\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class Mending:
    """Mends ``lab``; what it had to do beyond waiting is noted."""

    lab: Terminal
    clock: Clock
    note: Callable[[str], None]

    def mend(self) -> list[str]:
        """Return what is not as it should be when all was tried: nothing, as a rule."""
        left = ["never looked"]
        for _ in range(_TRIES):
            self._give_back()
            self._end_runs()
            status = self.lab.ndc("status", "--wait", "--json", bound_seconds=360)
            left = [f"{one['subject']}: {one['sentence']}" for one in _concerns(status)]
            if not left:
                return []
            self._reseed(left)
            self.clock.sleep(timedelta(seconds=2))
        return left

    def _give_back(self) -> None:
        made = self.lab.done("lab", "status", "--json").value
        frozen = [host["name"] for host in made["hosts"] if host["state"] == "frozen"]
        off = [host["name"] for host in made["hosts"] if host["state"] not in {"running", "frozen"}]
        if frozen:
            self.lab.done("lab", "thaw", *frozen)
        if off:
            self.lab.done("lab", "start", *off, bound_seconds=300)
        self.lab.done("lab", "heal")
        self.lab.done("lab", "heal", "power-port")

    def _end_runs(self) -> None:
        for run in self._open_runs():
            resumed = self.lab.ndc("dr", "resume", run, bound_seconds=400)
            self.note(f"resumed {run}: exit {resumed.code}")
        for run in self._open_runs():
            words = ("dr", "give-up", run, "--reason", "the campaign goes on")
            aborted = self.lab.ndc("dr", "abort", run, bound_seconds=400)
            given_up = self.lab.ndc(*words) if run in {*self._open_runs()} else None
            self.note(
                f"FINDING {run} could not be ended by resume: abort exit {aborted.code}"
                f"{f', give-up exit {given_up.code}' if given_up else ''}"
            )

    def _open_runs(self) -> list[str]:
        lines = self.lab.done("dr", "runs", "--json").value
        return [run for run, line in lines.items() if line.split("  ")[1].strip() in _OPEN]

    def _reseed(self, left: list[str]) -> None:
        for found in dict.fromkeys(_reseeds(left)):
            answer = self.lab.ndc("dr", "reseed", *found, bound_seconds=600)
            self.note(f"made the copy of {' on '.join(found)} anew: exit {answer.code}")


def _concerns(status: Answer) -> list[dict[str, Any]]:
    if status.code not in {0, 1, 6}:
        return [{"subject": "status", "sentence": status.stderr[-200:]}]
    concerns: list[dict[str, Any]] = status.value["concerns"]
    return [one for one in concerns if not one["is_past"]]


def _reseeds(left: list[str]) -> Iterator[tuple[str, str]]:
    for sentence in left:
        if found := _RESEED.search(sentence):
            yield found[1], found[2]
