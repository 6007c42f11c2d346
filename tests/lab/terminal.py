"""A terminal in front of one environment: types commands as a user does, and hears answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from access.paths import Paths
from inventory.names import EnvironmentName
from ndc.settings import settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    stdout: str
    stderr: str

    @property
    def value(self) -> Any:
        """What it answered in JSON."""
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Types ``ndc`` commands for one environment."""

    environment: str
    home: Path | None = None
    """where its ``var/`` is; None: in this checkout"""

    @property
    def runs(self) -> Path:
        """Where its runs are."""
        home = self.home or settings().home
        return Paths(home, EnvironmentName(self.environment)).runs

    @property
    def secrets(self) -> Path:
        """Where its secrets are."""
        home = self.home or settings().home
        return Paths(home, EnvironmentName(self.environment)).secrets

    @property
    def variables(self) -> dict[str, str]:
        """What its commands find in their environment."""
        return {**os.environ, **({"NDC_HOME": str(self.home)} if self.home else {})}

    def ndc(self, *words: str, bound_seconds: int = 120, given: str | None = None) -> Answer:
        """Return what ``ndc WORDS`` said; the bound only detects a hang.

        ``given`` is what it reads; None: what whoever tests would type.
        """
        done = subprocess.run(
            self._line(words),
            input=given,
            capture_output=True,
            text=True,
            timeout=bound_seconds,
            check=False,
            env=self.variables,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def done(self, *words: str, bound_seconds: int = 120) -> Answer:
        """Return what ``ndc WORDS`` said, having demanded that it succeeded."""
        answer = self.ndc(*words, bound_seconds=bound_seconds)
        assert answer.code == 0, f"ndc {' '.join(words)}: {answer.code}\n{answer.stderr}"
        return answer

    def declared(self, topic: str) -> list[dict[str, str]]:
        """Return the rows of ``ndc show TOPIC``, asked once: what is declared stays so."""
        return _declared(self, topic)

    def begun(self, *words: str) -> subprocess.Popen[str]:
        """Return ``ndc WORDS``, which runs; what it says waits to be read."""
        return subprocess.Popen(
            self._line(words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables,
        )

    def on(self, host: str, *command: str, bound_seconds: int = 60) -> Answer:
        """Return what ``command`` said on ``host``, reached through ``ndc ssh``."""
        return self.ndc("ssh", host, "--", *command, bound_seconds=bound_seconds)

    def _line(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "ndc", "--env", self.environment, "--yes", *words]


@cache
def _declared(terminal: Terminal, topic: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = terminal.done("show", topic, "--json").value
    return rows
