"""The text that an operator signs: what is asked of which run, and of which plan. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from core.runs.journal import Request
from core.runs.plan import RunName

NAMESPACE: Final = "ndc-run"
"""what the signature is for: one that was made for anything else is none"""


def digest_of(plan: str) -> str:
    """Return the digest by which a signature names the text of a plan."""
    return sha256(plan.encode()).hexdigest()


def statement(
    environment: str, run: RunName, plan_digest: str, request: Request, about: Sequence[str] = ()
) -> str:
    """Return what is signed by who asks ``request`` of ``run``, whose plan has ``plan_digest``.

    Its id carries the moment, and is obeyed once. A signature for one environment, run, plan or
    reason is none for another. Who attests also signs ``about`` what, and until when it counts.
    """
    fields: dict[str, object] = {
        "statement": 1,
        "environment": environment,
        "run": run,
        "plan": plan_digest,
        "request": request.id,
        "wish": request.wish,
        "step": request.step,
        "by": request.by,
        "reason": request.reason,
        "ticket": request.ticket,
    }
    if request.until is not None:
        fields |= {"about": list(about), "until": request.until.isoformat()}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False) + "\n"
