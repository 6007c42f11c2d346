"""The outcome of a verb: the changes that were made, and the failures, stack by stack."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Rejected, Unreachable, WorldError
from stacks.changes import Change


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that was not made, changed or removed as asked; ``error`` tells what is known."""

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
    """each was made, and the substrate confirmed it"""
    failures: tuple[Failure, ...]

    def checked(self) -> tuple[Change, ...]:
        """Return the changes; raise all failures as one."""
        raise_together(self.failures)
        return self.changes


def raise_together(failures: tuple[Failure, ...]) -> None:
    """Raise ``failures`` as one error; without any, return.

    Raises:
        Rejected: none of them happened.
        Unreachable: at least one may have happened.
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
        actual="; ".join(_sentence(failure) for failure in failures),
        next_step=first.next_step,
    )


def _sentence(failure: Failure) -> str:
    actual = f" ({failure.error.actual})" if failure.error.actual else ""
    return f"{failure.subject}: {failure.error.what}{actual}"
