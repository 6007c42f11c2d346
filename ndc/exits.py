"""What commands exit with beside what errors and a network's health say: the table, and no other.

``docs/generated/errors.md`` is made from it, and a test finds a command that exits with a number
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ExitCode:
    """What one command exits with, and why."""

    number: int
    command: str
    """as it is typed, in quotes; ``every command``"""
    meaning: str


_EVERY: Final = "every command"
_ASKS: Final = "every command that asks"
_FOLLOW: Final = "`ndc dr show RUN --follow`"
_VERIFY: Final = "`ndc dr verify`"

DECLINED: Final = ExitCode(1, _ASKS, "a person said no, or left the question: nothing was touched")
NOBODY_ASKED: Final = ExitCode(
    2, _ASKS, "there is no terminal, and no `--yes`: nothing was touched"
)
INTERRUPTED: Final = ExitCode(130, _EVERY, "ctrl-C; a run goes on all the same")
"""as a shell calls what SIGINT ended"""

READER_GONE: Final = ExitCode(141, _EVERY, "whoever read its output went away")
"""as a program that knows nothing of pipes ends by SIGPIPE"""

NOTHING_CALLED_SO: Final = ExitCode(
    1, "`ndc show`", "no row holds that word, or nothing is declared"
)
NOT_NAMED: Final = ExitCode(
    2, "`ndc up`", "`--and-lose` does not name just what would go: nothing was touched"
)
NO_TERMINAL: Final = ExitCode(2, "`ndc tui`", "it is no terminal")
DRILL_FAILED: Final = ExitCode(1, "`ndc drill run`", "the drill failed, or a rule refused its plan")
CARRIER_GONE: Final = ExitCode(
    7, "a run of `ndc dr`", "whoever carried it was ended, or failed; `ndc dr resume` goes on"
)
NOT_ALL_DONE: Final = ExitCode(1, _FOLLOW, "it is over, and not every step was done")
STANDS_STILL: Final = ExitCode(7, _FOLLOW, "it is not over, and waits for a person or a carrier")
NOT_ALL_KNOWN: Final = ExitCode(
    1, _VERIFY, "it holds as far as it goes; not all is proved, or the keys came with the pack"
)
NOT_BELIEVED: Final = ExitCode(5, _VERIFY, "the pack is not to be believed")
