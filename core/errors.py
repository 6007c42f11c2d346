"""What can go wrong, sorted by what the caller now knows.

NdcError
├── InventoryInvalid     the declared world contradicts itself     nothing was touched
├── PlanRefused          a rule said no                            nothing was touched
│   └── PlanOutdated       the world is not as it was planned on     plan it again
├── JournalCorrupt       the record cannot be trusted              ask a person
└── WorldError           the outside world did not do as asked
    ├── Rejected           it answered "no"                        it did NOT happen
    ├── Unreachable        it did not answer                       it MAY have happened
    └── NotSeen            a look saw nothing                      nothing was to change

``Unreachable`` is what the whole program is built around: a timeout is not a
failure, it is a question, and only looking can answer it. A look that fails
leaves the question as it was.
"""

from __future__ import annotations

from typing import ClassVar


class NdcError(Exception):
    """Root of every error this project raises on purpose.

    A person sees four lines: ``what`` went wrong, what was ``expected``, what was ``actual``
    instead, and the ``next_step``: a command, or what to do by hand. An empty line is left
    out, where a comparison would be contrived.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, what: str, *, expected: str = "", actual: str = "", next_step: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.actual = actual
        self.next_step = next_step

    def lines(self) -> list[str]:
        """Return the lines a person reads: labels right-aligned, empty ones left out."""
        labelled = (
            ("what", self.what),
            ("expected", self.expected),
            ("actual", self.actual),
            ("next step", self.next_step),
        )
        return [f"{label:>9}  {text}" for label, text in labelled if text]


class InventoryInvalid(NdcError):
    """The declared inventory contradicts itself; nothing was touched."""

    exit_code = 3


class PlanRefused(NdcError):
    """A plan or a command would break a rule; nothing was touched."""

    exit_code = 4


class PlanOutdated(PlanRefused):
    """A plan was not begun, for the world is another than it was made on; nothing was touched."""

    exit_code = 8


class JournalCorrupt(NdcError):
    """The record of a run is damaged, or would be by what was about to be written."""

    exit_code = 5


class WorldError(NdcError):
    """The outside world did not do as asked."""

    exit_code = 6


class Rejected(WorldError):
    """The world answered "no": it did not happen."""


class Unreachable(WorldError):
    """The world did not answer: it may have happened."""


class NotSeen(WorldError):
    """A look saw nothing. Nothing was asked to change, so nothing did.

    ``refused``: whoever was asked is there, and said no or something else than was asked;
    or the host is there, and nothing listens. False: nobody answered, and nothing is known.
    """

    def __init__(
        self, what: str, *, refused: bool, expected: str = "", actual: str = "", next_step: str = ""
    ) -> None:
        super().__init__(what, expected=expected, actual=actual, next_step=next_step)
        self.refused = refused

    def of_a_change(self) -> Unreachable:
        """Return what is known of a change that was sent, if this look was to tell of it."""
        return Unreachable(
            self.what, expected=self.expected, actual=self.actual, next_step=self.next_step
        )
