"""Who lets a step begin: one other person approves it, or several attest what it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.runs.journal import Request, Wish
from core.runs.plan import ActionT, RunName, Step


def is_given(step: Step[ActionT], requests: Iterable[Request], start: Request | None) -> bool:
    """Tell whether ``step`` has no gate, or people who may have opened it, among ``requests``.

    ``start`` is the request that the run be started.
    """
    if step.attested_by:
        return people(attesting(step, requests)) >= step.attested_by
    return step.gate is None or bool(approving(step, requests, start))


def approving(
    step: Step[ActionT], requests: Iterable[Request], start: Request | None
) -> list[Request]:
    """Return who approved ``step``, having the role, and being another than who asked for it."""
    yes = (r for r in requests if r.wish is Wish.APPROVE and r.step == step.id)
    return [r for r in yes if _may_approve(r, step, start)]


def attesting(step: Step[ActionT], requests: Iterable[Request]) -> list[Request]:
    """Return who attested what ``step`` says, having the role: the last request of each."""
    said = (r for r in requests if r.wish is Wish.ATTEST and r.step == step.id)
    return list({r.by: r for r in said if _may_attest(r, step)}.values())


def people(requests: Sequence[Request]) -> int:
    """Return how many different people made ``requests``: two names with one key are one."""
    known = [(r.by, r.proof.fingerprint) for r in requests if r.proof is not None]
    return min(len({name for name, _ in known}), len({key for _, key in known}))


def is_spoken(step: Step[ActionT], requests: Iterable[Request]) -> bool:
    """Tell whether one of ``requests`` approves or attests ``step``."""
    return any(r.wish in {Wish.APPROVE, Wish.ATTEST} and r.step == step.id for r in requests)


def lapsed(
    run: RunName,
    step: Step[ActionT],
    requests: Iterable[Request],
    start: Request | None,
    now: datetime,
) -> str:
    """Return since when what let ``step`` of ``run`` begin counts no more; "" if it still does.

    Whose word says not until when it counts has none that counts.
    """
    attested = bool(step.attested_by)
    said = attesting(step, requests) if attested else approving(step, requests, start)
    lasting = [r for r in said if r.until is not None and r.until >= now]
    if people(lasting) >= max(step.attested_by, 1):
        return ""
    verb, done = ("attest", "attested") if attested else ("approve", "approved")
    ends = [r.until for r in said if r.until is not None and r.until < now]
    # the first word that is missing, or else the last that was given
    end = (min if attested else max)(ends, default=None)
    until = f"counted until {end:%Y-%m-%d %H:%M:%S} UTC" if end else "does not say until when"
    command = f"ndc dr {verb} {run}{'' if attested else f' {step.id}'}"
    return f"what was {done} {until}; it has to be {done} again: {command}"


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
