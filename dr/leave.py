"""What is said between a run and ``ndc-tags`` on a host: whether its copy may lead. Pure."""

from __future__ import annotations

import json
from enum import StrEnum


class Leave(StrEnum):
    """What a member of a database that is declared never to lead by itself is told."""

    ALLOW = "allow"
    """it may lead, and commits may wait for it"""
    FORBID = "forbid"
    """as it is declared"""


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
