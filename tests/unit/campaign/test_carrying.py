"""Runs of a round are begun by a command, whose runner is another process that may be killed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from typing_extensions import override

from core.system_clock import SystemClock
from tests.campaign.carrying import Carrying
from tests.campaign.rounds import Act, Fate, Round
from tests.lab.journals import Run
from tests.lab.terminal import Answer, Terminal

SWITCHOVER = ("dr", "switchover", "portal", "--to", "b")

_COMMAND = """
import subprocess, sys
runner = subprocess.run([sys.executable, "-c", sys.argv[1], sys.argv[2]])
print("report" if runner.returncode == 0 else "nobody carries it")
sys.exit(runner.returncode if runner.returncode >= 0 else 7)
"""
_RUNNER = """
import fcntl, json, os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "plan.json").write_text("{}")
lock = open(folder / "lock", "a+")
fcntl.flock(lock, fcntl.LOCK_EX)
lock.truncate(0); lock.write(f"{os.getpid()}\\n"); lock.flush()
journal = folder / "journal.jsonl"
def write(**entry):
    with journal.open("a") as file:
        file.write(json.dumps({"entry": entry}) + "\\n")
if not journal.exists():
    write(what="opened")
done = journal.read_text().count("succeeded")
for number in range(done, 4):
    write(what="step", step=f"step-{number}", event="started")
    time.sleep(0.2)
    write(what="step", step=f"step-{number}", event="succeeded")
write(what="closed")
"""


@dataclass(frozen=True, slots=True)
class _Lab(Terminal):
    """Begins a run of four steps of 0.2 s each, or resumes it, unless it refuses."""

    refused: list[str] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    typed: list[tuple[str, ...]] = field(default_factory=list)

    @override
    def begun(self, *words: str) -> subprocess.Popen[str]:
        script = [_COMMAND, _RUNNER, str(self.runs / "a-run")]
        if self.refused:
            script = [f"import sys; sys.exit({self.refused.pop(0)!r})"]
        self.typed.append(words)
        if words[1] == "approve":
            self.gates.remove(words[3])
        return subprocess.Popen(
            [sys.executable, "-c", *script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @override
    def ndc(self, *words: str, bound_seconds: int = 120, given: str | None = None) -> Answer:
        assert words == ("dr", "show", "a-run")
        return Answer(0, "".join(f"{one} is awaiting approval\n" for one in self.gates), "")


def _carried(lab: _Lab, fate: Fate, *instants: float) -> tuple[Carrying, list[str]]:
    said: list[str] = []
    what = Round(1, 0, Act.SWITCHOVER, fate, instants, by_hand=False, strikes=())
    carrying = Carrying(lab, SystemClock(), said.append, what, timedelta(seconds=0.5))
    carrying.run("switchover", "portal", "--to", "b")
    return carrying, said


def test_who_carries_a_run_is_killed_at_each_instant_and_another_ends_it(tmp_path: Path) -> None:
    lab = _Lab("test", tmp_path)

    carrying, said = _carried(lab, Fate.KILLED, 0.3, 0.1, 60)

    run = Run(lab.runs / "a-run")
    assert lab.typed == [SWITCHOVER, *[("dr", "resume", "a-run")] * 2]
    assert [told.split(",")[0] for told in carrying.struck] == [
        "a-run killed after 0.3 s",
        "a-run killed after 0.1 s",
    ]
    assert all(" step-" in told for told in carrying.struck), carrying.struck
    assert run.is_over
    assert set(run.times("succeeded").values()) == {1}
    assert carrying.runs == ["a-run"]
    assert said[-1] == "a-run: exit 0, report"


def test_who_is_stopped_goes_on_and_nobody_resumes(tmp_path: Path) -> None:
    lab = _Lab("test", tmp_path)

    carrying, said = _carried(lab, Fate.STOPPED, 0.3)

    assert lab.typed == [SWITCHOVER]
    assert len(carrying.struck) == 1
    assert said[-1] == "a-run: exit 0, report"


def test_a_run_is_begun_as_soon_as_it_is_accepted_and_never_where_it_is_of_no_use(
    tmp_path: Path,
) -> None:
    later = _Lab("later", tmp_path, refused=["     what  ndc01 is not lost\n expected  it"])
    never = _Lab("never", tmp_path, refused=["     what  nothing has to move without ndc01"])

    begun, told = _carried(later, Fate.CARRIED)
    not_begun, said = _carried(never, Fate.KILLED, 0.1)

    assert begun.runs == ["a-run"]
    assert told[0].endswith("what  ndc01 is not lost")
    assert not_begun.runs == not_begun.struck == []
    assert len(said) == 1


def test_a_second_person_agrees_to_each_gate_and_who_carries_on_may_be_killed_again(
    tmp_path: Path,
) -> None:
    lab = _Lab("test", tmp_path, gates=["portal.promote", "identity.promote"])
    what = Round(1, 0, Act.REGION_LOST, Fate.KILLED, (0.3,), by_hand=False, strikes=())
    carrying = Carrying(lab, SystemClock(), lambda _: None, what, runs=["a-run"])
    (lab.runs / "a-run").mkdir(parents=True)

    carrying.agree("binh")

    assert [words[1:4] for words in lab.typed] == [
        ("approve", "a-run", "portal.promote"),
        ("resume", "a-run"),
        ("approve", "a-run", "identity.promote"),
    ]
    assert lab.typed[0][4:] == ("--as", "binh")
    assert len(carrying.struck) == 1
