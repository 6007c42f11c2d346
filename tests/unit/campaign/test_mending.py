"""A network is brought back to green by what its status says, and what that took is noted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from tests.campaign.mending import Mending
from tests.lab.terminal import Answer, Terminal
from tests.stubs.clock import StubClock


@dataclass(frozen=True, slots=True)
class _Lab(Terminal):
    """A lab in which something is broken; commands that name it mend it."""

    states: dict[str, str] = field(default_factory=lambda: {"a": "running"})
    concerns: dict[str, str] = field(default_factory=dict)
    """what is wrong, by the command that mends it; empty: none does"""
    open_runs: dict[str, list[str]] = field(default_factory=dict)
    """of each open run, by which verbs it can be ended"""
    uncompared: dict[str, str] = field(default_factory=dict)
    """of each run that waits for a comparison, the step"""
    typed: list[str] = field(default_factory=list)

    @override
    def ndc(self, *words: str, bound_seconds: int = 120, given: str | None = None) -> Answer:
        line = " ".join(words)
        self.typed.append(line)
        match words:
            case ("lab", "status", *_):
                hosts = [{"name": name, "state": state} for name, state in self.states.items()]
                return Answer(0, json.dumps({"hosts": hosts}), "")
            case ("lab", "thaw" | "start", *names):
                self.states.update(dict.fromkeys(names, "running"))
            case ("lab", "heal"):
                pass
            case ("dr", "runs", *_):
                lines = {run: f"{run}  {'orphaned':<18}  a move" for run in self.open_runs}
                return Answer(0, json.dumps(lines), "")
            case ("dr", verb, run, *more) if run in self.open_runs:
                return self._of_run(verb, run, more)
            case ("status", *_):
                wrong = [{"subject": "a", "sentence": one, "is_past": False} for one in self._left]
                return Answer(int(bool(wrong)), json.dumps({"concerns": wrong}), "")
            case _:
                return Answer(0 if self.concerns.pop(line, None) else 4, "", "")
        return Answer(0, "", "")

    def _of_run(self, verb: str, run: str, more: list[str]) -> Answer:
        step = self.uncompared.get(run)
        if verb == "show":
            return Answer(0, f"waits for  {step} is in doubt: no log\n" if step else "", "")
        if verb in self.open_runs[run] or (verb == "skip" and more[0] == step):
            del self.open_runs[run]
            return Answer(0, "", "")
        return Answer(4, "", "")

    @property
    def _left(self) -> list[str]:
        hints = ((f"next: ndc {command}" if command else "") for command in self.concerns)
        return [f"{what}; {hint}" for what, hint in zip(self.concerns.values(), hints, strict=True)]


def _mended(lab: _Lab, tmp_path: Path) -> tuple[list[str], list[str]]:
    said: list[str] = []
    return Mending(lab, StubClock(tmp_path / "clock"), said.append).mend(), said


def test_what_was_given_up_is_admitted_and_the_lever_let_go_as_after_every_loss(
    tmp_path: Path,
) -> None:
    concerns = {"dr admit a": "waits for admission", "dr release": "nothing starts by itself"}

    left, said = _mended(
        _Lab("test", states={"a": "off", "b": "frozen"}, concerns=concerns), tmp_path
    )

    assert left == []
    assert said == ["ndc dr admit a: exit 0", "ndc dr release: exit 0"]


def test_what_else_status_names_is_done_and_is_a_finding(tmp_path: Path) -> None:
    left, said = _mended(_Lab("test", concerns={"dr make-room": "etcd is full"}), tmp_path)

    assert left == []
    assert said == ["FINDING ndc dr make-room: exit 0"]


def test_a_run_that_only_giving_up_ends_is_a_finding_and_one_that_resume_ends_is_none(
    tmp_path: Path,
) -> None:
    lab = _Lab("test", open_runs={"easy": ["resume"], "hard": ["give-up"]})

    left, said = _mended(lab, tmp_path)

    assert left == []
    assert [line for line in said if "FINDING" in line] == [
        "FINDING hard could not be ended by resume: abort exit 4",
        "FINDING hard could not be aborted: give-up exit 0",
    ]


def test_a_comparison_that_nobody_can_make_is_answered_for_and_is_no_finding(
    tmp_path: Path,
) -> None:
    held = {"move": "compare", "region": "portal.compare"}
    lab = _Lab("test", open_runs={run: [] for run in held}, uncompared=held)

    left, said = _mended(lab, tmp_path)

    assert left == []
    assert said == [
        "resumed move: exit 4",
        "resumed region: exit 4",
        "answered for compare of move: exit 0",
        "answered for portal.compare of region: exit 0",
    ]


def test_what_nothing_mends_is_left_after_a_while(tmp_path: Path) -> None:
    left, _ = _mended(_Lab("test", concerns={"": "does not answer"}), tmp_path)

    assert left == ["a: does not answer; "]
