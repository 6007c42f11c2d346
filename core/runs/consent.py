"""Who lets a step begin: one other person approves it, or several attest what it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.runs.journal import Request, Wish
from core.runs.plan import ActionT, Step


def is_given(step: Step[ActionT], requests: Iterable[Request], start: Request | None) -> bool:
    """Tell whether ``step`` has no gate, or people who may have opened it, among ``requests``.

    ``start`` is the request that the run be started.
    """
    if step.attested_by:
        return people(attesting(step, requests)) >= step.attested_by
    yes = (r for r in requests if r.wish is Wish.APPROVE and r.step == step.id)
    return step.gate is None or any(_may_approve(r, step, start) for r in yes)


def attesting(step: Step[ActionT], requests: Iterable[Request]) -> list[Request]:
    """Return who attested what ``step`` says, having the role: the last request of each."""
    said = (r for r in requests if r.wish is Wish.ATTEST and r.step == step.id)
    return list({r.by: r for r in said if _may_attest(r, step)}.values())


def people(requests: Sequence[Request]) -> int:
    """Return how many different people made ``requests``: two names with one key are one."""
    known = [(r.by, r.proof.fingerprint) for r in requests if r.proof is not None]
    return min(len({name for name, _ in known}), len({key for _, key in known}))


def lapsed(step: Step[ActionT], requests: Iterable[Request], now: datetime) -> str:
    """Return since when too few attest what ``step`` says; "" if enough do, or never did."""
    said = attesting(step, requests)
    over = [r.until for r in said if r.until is not None and r.until < now]
    lasting = [r for r in said if r.until not in over]
    if not over or people(lasting) >= step.attested_by:
        return ""
    return f"what was attested counted until {min(over):%H:%M:%S}; it has to be attested again"


def objection(request: Request, step: Step[ActionT], start: Request | None) -> str:
    """Return why ``request``, about ``step``, cannot be obeyed; "" if it can.

    What people have to attest nobody approves, and nobody answers for alone.
    """
    attests = request.wish is Wish.ATTEST
    if attests and not step.attested_by:
        return "a step that people have to attest; this one is not such a step"
    if step.attested_by and not attests:
        return f"that {step.attested_by} people attest it, each by a key: ndc dr attest"
    if attests:
        may = _may_attest(request, step)
        return "" if may else f"one who may {step.gate}, proved by a key, and until when it counts"
    if request.wish is Wish.SKIP or step.gate is None or _may_approve(request, step, start):
        return ""
    return f"one who may {step.gate}, and another who asked for the run, both proved by their keys"


def awaited(step: Step[ActionT]) -> str:
    """Return who has to speak before ``step``, which has a gate, begins."""
    number = f"{step.attested_by} people" if step.attested_by else "one"
    return f"by {number} who may {step.gate}"


def _may_approve(request: Request, step: Step[ActionT], start: Request | None) -> bool:
    """Whether who asks has the role that ``step`` waits for, by a key, and is somebody else.

    Two names with one key are one person. Who is somebody else than a person whom no key
    proves, nobody can say.
    """
    proof = request.proof
    if proof is None or step.gate not in proof.roles or start is None or start.proof is None:
        return False
    return start.proof.fingerprint != proof.fingerprint and start.by != request.by


def _may_attest(request: Request, step: Step[ActionT]) -> bool:
    proof = request.proof
    return proof is not None and step.gate in proof.roles and request.until is not None
