"""One thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Condition(StrEnum):
    """How a thing is; the word a person reads."""

    OK = "OK"
    WARNING = "WARN"
    CRITICAL = "CRIT"
    UNSEEN = "STALE"
    """not seen now: what was last known may have changed"""


_GROWING: Final = (Condition.OK, Condition.UNSEEN, Condition.WARNING, Condition.CRITICAL)


def worst(conditions: Iterable[Condition]) -> Condition:
    """Return the worst of ``conditions``; OK if there are none."""
    return max(conditions, key=_GROWING.index, default=Condition.OK)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is not as it should be."""

    subject: str
    """name of the thing"""
    condition: Condition
    sentence: str
    because: str | None = None
    """name of the host or link whose known state explains it"""
    is_past: bool = False
    """whether nothing that is done from now on changes it: a write that is lost stays lost"""

    @property
    def is_unexplained(self) -> bool:
        """Whether no known cause explains it; then it may come right without a person.

        What has a known cause stays as it is until a person removes that cause.
        """
        return self.because is None
