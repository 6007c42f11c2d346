"""What is said between a run and ``ndc-tags`` on a host: what its copy may do. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from core.runs.plan import RunName


class Leave(StrEnum):
    """What a member of a database that is declared never to lead by itself is told."""

    ALLOW = "allow"
    """it may lead, and commits may wait for it"""
    WIDEN = "widen"
    """commits may wait for it; it never leads"""
    FORBID = "forbid"
    """as it is declared"""


@dataclass(frozen=True, slots=True)
class Permit:
    """A leave that a run gave, under its epoch."""

    leave: Leave
    epoch: int
    run: RunName

    def against(self, later: Permit) -> str | None:
        """Return why ``later`` is not obeyed by who has this one; None: it is.

        Of one run the last word is that all is as declared: what it sent before may come late.
        """
        if later.epoch < self.epoch:
            return f"epoch {later.epoch} is older than {self.epoch}"
        is_over = self.leave is Leave.FORBID and self.run == later.run
        if is_over and later.epoch == self.epoch and later.leave is not Leave.FORBID:
            return f"{self.run} has put it back since"
        return None


def leave_text(refusal: str | None) -> str:
    """Return the answer as one line of JSON; ``refusal`` says why nothing changed, if so."""
    return json.dumps({"refused": refusal})


def read_leave(text: str) -> str | None:
    """Return why nothing changed, by ``text``; None: it was told. ValueError: it is no answer."""
    match json.loads(text):
        case {"refused": str() | None as refusal}:
            return refusal
        case other:
            raise ValueError(f"no answer: {str(other)[:200]}")
