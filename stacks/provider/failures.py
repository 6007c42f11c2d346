"""Failures as one line of JSON, so that each of their four lines arrives as it was."""

from __future__ import annotations

import json
from typing import Final

from core.errors import Rejected, Unreachable, WorldError

FAILURE: Final = "ndc-failure "
"""starts a message of the engine's log that holds a failure"""

_CLASSES: dict[str, type[WorldError]] = {"rejected": Rejected, "unreachable": Unreachable}


def failure_to_json(error: WorldError) -> str:
    """Return ``error`` on one line."""
    kind = "rejected" if isinstance(error, Rejected) else "unreachable"
    return json.dumps(
        {
            "kind": kind,
            "what": error.what,
            "expected": error.expected,
            "actual": error.actual,
            "next_step": error.next_step,
        }
    )


def failure_from_json(text: str) -> WorldError:
    """Return what ``failure_to_json`` wrote."""
    plain = json.loads(text)
    return _CLASSES[plain["kind"]](
        plain["what"],
        expected=plain["expected"],
        actual=plain["actual"],
        next_step=plain["next_step"],
    )
