"""What came of it: the changes that were made, and what failed, stack by stack."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Rejected, Unreachable, WorldError
from stacks.changes import Change


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that did not come about."""

    stack: str
    """empty: all of them"""
    object: str
    """as ``host/ndc01-data``; empty: the stack as a whole"""
    error: WorldError

    @property
    def subject(self) -> str:
        """What a person calls it."""
        return self.object or (f"stack {self.stack}" if self.stack else "the run")


@dataclass(frozen=True, slots=True)
class StackOutcome:
    """The result of changing what exists."""

    changes: tuple[Change, ...]
    """made, and seen to be made"""
    failures: tuple[Failure, ...]

    def checked(self) -> tuple[Change, ...]:
        """Return the changes; raise all failures as one."""
        raise_together(self.failures)
        return self.changes


def raise_together(failures: tuple[Failure, ...]) -> None:
    """Raise what is known when several things failed; nothing if none did.

    Raises:
        Rejected: no failed thing came about.
        Unreachable: at least one may have.
    """
    if not failures:
        return
    first = failures[0].error
    if len(failures) == 1:
        raise first
    doubtful = any(isinstance(failure.error, Unreachable) for failure in failures)
    raise (Unreachable if doubtful else Rejected)(
        f"{len(failures)} things did not come about",
        expected=", ".join(failure.subject for failure in failures),
        actual="; ".join(_told(failure) for failure in failures),
        next_step=first.next_step,
    )


def _told(failure: Failure) -> str:
    actual = f" ({failure.error.actual})" if failure.error.actual else ""
    return f"{failure.subject}: {failure.error.what}{actual}"
