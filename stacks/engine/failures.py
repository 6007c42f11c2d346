"""What failures of the Pulumi CLI mean. No other module reads its words."""

from __future__ import annotations

import re

from pulumi.automation import CommandError, ConcurrentUpdateError

from core.errors import Rejected, Unreachable, WorldError


def translated(error: CommandError, stack: str) -> WorldError:
    """Return what is known when a command of the CLI failed as a whole."""
    text = str(error)
    if isinstance(error, ConcurrentUpdateError):
        return Rejected(
            f"stack {stack} is being changed by somebody else",
            expected="nobody else at work on it",
            actual=_holder(text),
            next_step="wait for that run, or end it; then run the command again",
        )
    if "incorrect passphrase" in text:
        return Rejected(
            f"the passphrase does not open the state of stack {stack}",
            expected="the passphrase that the state was made with",
            actual="another one",
            next_step="restore secrets/pulumi_passphrase of the environment",
        )
    return Unreachable(
        f"the engine did not finish stack {stack}",
        expected="exit code 0",
        actual=_last_words(text),
        next_step="run the command again; it looks before it acts",
    )


def _holder(text: str) -> str:
    match = re.search(r"created by (\S+ \(pid \d+\) at \S+)", text)
    return f"locked by {match[1]}" if match else "locked"


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "error:" in line]
    return lines[-1] if lines else "no word why"
