"""Runs programs of the base system with a list of arguments, never through a shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

from core.errors import Rejected, Unreachable
from core.surroundings import surroundings

BOUND_SECONDS = 60
"""a program that takes longer hangs; none of them takes a tenth of it"""


def run(*command: str | Path, stdin: str = "") -> str:
    """Return what ``command`` wrote to its standard output.

    Raises:
        Rejected: it is not there, or it said no.
        Unreachable: it did not end; what it was to do may have happened.
    """
    words = [str(word) for word in command]
    try:
        result = _completed(words, stdin)
    except subprocess.TimeoutExpired as error:
        raise Unreachable(
            f"{words[0]} did not end: {' '.join(words)}",
            expected=f"an answer within {BOUND_SECONDS} s",
            actual="none",
            next_step="see what it waits for, then run the command again",
        ) from error
    except OSError as error:
        raise Rejected(
            f"{words[0]} could not be started",
            expected="a program of Debian's base system",
            actual=error.strerror or str(error),
            next_step="ndc doctor says what this machine lacks",
        ) from error
    if result.returncode:
        raise Rejected(
            f"{words[0]} refused: {' '.join([*words, *stdin.splitlines()])}",
            expected="exit code 0",
            actual=f"{result.returncode}: {_in_a_line(result.stderr) or 'it did not say why'}",
            next_step="mend what it names, then run the command again",
        )
    return result.stdout


def _completed(words: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        env=surroundings(),
        timeout=BOUND_SECONDS,
        check=False,
    )


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def launch(*command: str | Path, log: Path, folder: Path = Path("/")) -> None:
    """Start ``command`` from ``folder`` in a session of its own, so that it outlives us.

    Its output is added to ``log``.

    Raises:
        Rejected: it could not be started.
    """
    words = ["setsid", "--fork", *map(str, command)]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            subprocess.run(
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=surroundings(),
                check=True,
            )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Rejected(
            f"{command[0]} could not be started",
            expected=f"a program, and a log at {log}",
            actual=str(error),
            next_step="ndc doctor says what this machine lacks",
        ) from error
