"""What a run's end is worth: how the database stood, what it is called, who asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.measure import Measure
from core.runs.journal import Request, RunVerdict, Wish
from core.runs.plan import StepId
from dr.planning.plan import RecoveryRun, attested_in
from inventory.names import HostName

NOT_PROVED: Final = "not proved by a key"


class Outcome(StrEnum):
    """What a report says in its first line."""

    DONE = "done"
    MISSED = "done, an objective was missed"
    UNPROTECTED = "done, unprotected"
    UNMEASURED = "done, not measured"
    UNVERIFIED = "done, not verified"
    ELSEWHERE = "ended, and the database is elsewhere"
    LOSS = "failed: loss"
    UNWOUND = "unwound"
    HELD = "held"
    GIVEN_UP = "given up"


_WORST_FIRST: Final = (
    Outcome.LOSS,
    Outcome.ELSEWHERE,
    Outcome.GIVEN_UP,
    Outcome.HELD,
    Outcome.UNWOUND,
    Outcome.UNVERIFIED,
    Outcome.UNMEASURED,
    Outcome.UNPROTECTED,
    Outcome.MISSED,
    Outcome.DONE,
)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return what a run is called whose services came to ``outcomes``: one at least."""
    return min(outcomes, key=_WORST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the database of a run stood, looked at when the run had ended; None: not seen."""

    at_target: bool | None = None
    """whether it was led at the site that the run was to move it to"""
    protected: bool | None = None
    """whether a commit waited for a standby that streamed"""

    def sentence(self) -> str:
        """Return it for a person."""
        led = {True: "at the target", False: "NOT at the target", None: "where, was not seen"}
        safe = {
            True: "with a synchronous standby",
            False: "UNPROTECTED: no standby has what is written",
            None: "whether protected, was not seen",
        }
        return f"led {led[self.at_target]}; {safe[self.protected]}"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked for what of a run."""

    wish: Wish
    name: str
    key: str | None
    """fingerprint of the key that proves it; None: nothing does, it is a login's word"""
    step: StepId | None = None
    reason: str = ""
    ticket: str = ""
    signature: str | None = None
    """of one who attests, as the journal has it; None: of anybody else, or it proves nothing"""
    about: tuple[HostName, ...] = ()
    """the hosts that they attest to be off"""
    at: datetime | None = None
    """when that was written down; None: nobody wrote it down"""

    def sentence(self) -> str:
        """Return who it is, and whether that is proved."""
        return f"{self.name}, {f'proved by key {self.key}' if self.key else NOT_PROVED}"


def askers(
    run: RecoveryRun, written: Mapping[str, datetime], is_proved: Callable[[Request], bool]
) -> Iterator[Asker]:
    """Yield who asked for ``run`` and of it, as its journal says; first who had it started.

    ``written`` says of each request, by its id, when the journal took it in; ``is_proved`` verifies
    the signature of one, now.
    """
    if run.start is None:
        yield Asker(Wish.START, run.plan.basis.requested_by, None)
    for request in (*([run.start] if run.start else []), *run.requests):
        proof = request.proof
        good = proof if proof is not None and is_proved(request) else None
        key, signature = (good.fingerprint, good.signature) if good else (None, None)
        yield Asker(
            request.wish,
            request.by,
            key,
            request.step,
            request.reason,
            request.ticket,
            signature if request.wish is Wish.ATTEST else None,
            attested_in(run.plan, request.step) if request.wish is Wish.ATTEST else (),
            written.get(request.id),
        )


def outcome(
    verdict: RunVerdict,
    measure: Measure | None,
    *,
    complete: bool | None,
    promised: timedelta,
    ending: Ending,
    skipped: bool = False,
) -> Outcome:
    """Return what a run is called: a known loss first, then what is not known, then what is known.

    ``verdict`` is how the run ended. ``measure``, ``complete`` and ``ending`` are as in a
    ``Report``; ``promised`` is the longest gap that the service's tier allows; ``skipped`` says
    that a person answered for a step.
    """
    if complete is False or (measure is not None and measure.lost > 0):
        return Outcome.LOSS
    match verdict:
        case RunVerdict.UNWOUND:
            return Outcome.UNWOUND
        case RunVerdict.OPEN | RunVerdict.HELD:
            return Outcome.HELD
        case RunVerdict.GIVEN_UP:
            return Outcome.GIVEN_UP
        case RunVerdict.DONE:
            return _unverified(ending, skipped=skipped) or _done(measure, promised, ending)


def _unverified(ending: Ending, *, skipped: bool) -> Outcome | None:
    if ending.at_target is False:
        return Outcome.ELSEWHERE
    unseen = None in (ending.at_target, ending.protected)
    return Outcome.UNVERIFIED if skipped or unseen else None


def _done(measure: Measure | None, promised: timedelta, ending: Ending) -> Outcome:
    if measure is None or not measure.is_whole:
        return Outcome.UNMEASURED
    if not ending.protected:
        return Outcome.UNPROTECTED
    missed = measure.gap.length > promised or measure.duplicated > 0
    return Outcome.MISSED if missed else Outcome.DONE
