"""What the folders of runs tell, as anybody may read them while a run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of a run, as anybody may read it."""

    path: Path

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the journal holds, oldest first; a line that is being written is left out."""
        try:
            text = (self.path / "journal.jsonl").read_text("utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line)["entry"] for line in text[: text.rfind("\n") + 1].splitlines()]

    def times(self, event: str) -> Counter[str]:
        """Return how often ``event`` happened to each step."""
        steps = [entry for entry in self.entries if entry["what"] == "step"]
        return Counter(entry["step"] for entry in steps if entry["event"] == event)

    @property
    def is_over(self) -> bool:
        """Whether the run has come to its end."""
        return any(entry["what"] == "closed" for entry in self.entries)

    @property
    def plan(self) -> list[dict[str, Any]]:
        """The planned steps."""
        steps: list[dict[str, Any]] = json.loads((self.path / "plan.json").read_text())["steps"]
        return steps

    def steps(self, phase: str) -> set[str]:
        """Return the names of the steps of ``phase``."""
        return {step["id"] for step in self.plan if step["phase"] == phase}

    def signal_carrier(self, number: signal.Signals) -> int:
        """Send a signal to the process that carries the run; return the process."""
        process = int((self.path / "lock").read_text("utf-8"))
        os.kill(process, number)
        return process


def plans(runs: Path) -> set[Path]:
    """Return the folders of all plans and runs below ``runs``."""
    return {plan.parent for plan in runs.glob("*/plan.json")}


def awaited(following: subprocess.Popen[str], look: Callable[[], T | None]) -> T:
    """Return what ``look`` finds while the command still runs."""

    def looked() -> T | None:
        assert following.poll() is None, following.communicate()
        return look()

    return wait_until(
        CLOCK, looked, what="the instant", bound=SLOW, every=timedelta(milliseconds=2)
    )
