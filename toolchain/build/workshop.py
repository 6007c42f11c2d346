"""The place where one thing is built: a draft folder, a log, and words for a person."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.clock import Clock
from core.errors import Rejected
from core.surroundings import surroundings
from core.text import Say

_CAUSES = (
    (
        re.compile(
            r"could not resolve|temporary failure|network is unreachable|connection refused"
            r"|could not connect|dial tcp|dns error|failed to fetch|timed out|tls handshake",
            re.IGNORECASE,
        ),
        "package registries that answer",
        "check that `apt-get update` works",
    ),
    (
        re.compile(r"no space left on device", re.IGNORECASE),
        "room for what is built",
        "free some space",
    ),
)
_UMASK = 0o022
"""of every step: what is built is for everybody to read, whatever a person's own files are"""
_COMPLAINT = re.compile(r"^(E:|error|fatal)|\berror\b|failed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that a build may use: it touches no file outside ``draft`` and ``log``."""

    draft: Path
    """an empty folder, which becomes the built thing"""
    log: Path
    """receives all that the steps print; kept if one of them fails"""
    say: Say
    clock: Clock
    lock: int
    """descriptor of the lock on this kind of thing"""
    patience: timedelta = timedelta(seconds=15)
    """how long a step may be silent"""

    def run(
        self,
        what: str,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Run ``command``, and say every now and then that ``what`` is still going on.

        ``environment`` are its variables, or else ours. It runs in ``folder``, or in the
        draft: what lies where a person stands is not ours.

        Raises:
            Rejected: it could not be started, or ended with another code than 0.
        """
        with self.log.open("a") as log:
            log.write(f"\n--- {what}\n")
            log.flush()
            try:
                # a step that outlives us keeps the lock, so that nobody builds over it
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=folder or self.draft,
                    env=environment or surroundings(),
                    pass_fds=[self.lock],
                    umask=_UMASK,
                )
            except OSError as error:
                raise self._failed(what, f"{command[0]}: {error.strerror}") from None
            with process:
                code = self._wait(what, process)
        if code != 0:
            raise self._failed(what, f"exit code {code}")

    def _wait(self, what: str, process: subprocess.Popen[bytes]) -> int:
        began = self.clock.elapsed()
        try:
            while True:
                try:
                    return process.wait(self.patience.total_seconds())
                except subprocess.TimeoutExpired:
                    age = self.clock.elapsed() - began
                    self.say(f"  {what}: {age.total_seconds():.0f} s so far")
        finally:
            if process.poll() is None:
                process.terminate()

    def _failed(self, what: str, how: str) -> Rejected:
        """Return the error with the line of the log that tells most; ``how`` if none does."""
        text = self.log.read_text("utf-8", errors="replace").rpartition("\n--- ")[2]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for cause, expected, remedy in _CAUSES:
            if reasons := [line for line in lines if cause.search(line)]:
                return self._error(what, expected, reasons[-1], remedy)
        complaints = [line for line in lines[1:] if _COMPLAINT.search(line)] or lines[1:]
        return self._error(what, "exit code 0", (complaints or [how])[-1], "read why")

    def _error(self, what: str, expected: str, actual: str, remedy: str) -> Rejected:
        return Rejected(
            f"{what} did not succeed",
            expected=expected,
            actual=actual[:200],
            next_step=f"{remedy} (the whole log: {self.log}), then run the command again",
        )
