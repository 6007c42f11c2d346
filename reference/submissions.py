"""Submissions, and what a store of them promises."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

MARKER = "marker"
"""a submission that holds this key and no other is a measurement: nobody wants it for long"""

DEEPEST = 32
"""levels of lists and objects in each other"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a citizen sends, and the instance that received it."""

    key: str
    """idempotency key: the same key is the same submission"""
    body: dict[str, Any]
    site: str
    """that accepted it"""
    host: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A draft that a store has committed; ``key`` and ``id`` are those of no other."""

    id: int
    key: str
    body: dict[str, Any]
    committed_at: datetime
    site: str
    host: str


class DraftRefused(Exception):
    """No store will ever keep this draft: nothing was kept, and no repetition helps."""


class StoreRefused(Exception):
    """The store said no, or could not be reached: nothing was kept."""


class StoreSilent(Exception):
    """The store did not answer: the submission may be kept or not."""


class SubmissionStore(Protocol):
    """Keeps submissions; each method raises StoreRefused or StoreSilent."""

    async def prepare(self) -> None:
        """Make the store able to keep submissions; once is as good as often.

        Until it has returned once, everything else may raise StoreRefused.
        """

    async def close(self) -> None:
        """Close the store; afterwards every method raises StoreRefused."""

    async def keep(self, draft: Draft) -> tuple[Submission, bool]:
        """Return the submission of the draft's key, and whether this call made it.

        When it returns, the submission is committed as safely as the database can.
        A key never has two submissions; the first one's body stays.

        Raises:
            DraftRefused: its body holds what no store keeps.
        """

    async def by_id(self, number: int) -> Submission | None:
        """Return the submission with that id, or None."""

    async def by_keys(self, keys: tuple[str, ...]) -> list[Submission]:
        """Return the submissions with one of ``keys``, in order of their ids."""

    async def forget(self, kept: timedelta, after: int, most: int) -> int:
        """Remove measurements that were committed longer than ``kept`` ago; ``MARKER`` says which.

        Looks at the next ``most`` submissions after the id ``after``. Returns the last id of those
        that are so old, whatever they are: where to go on from; ``after`` if there is none, or
        another process is at it.
        """


def objection_to(body: dict[str, Any]) -> str:
    """Return why no store will keep ``body``; empty if one will."""
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        if objections := [why for value in level if (why := _objection_to_one(value))]:
            return objections[0]
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return ""
    return f"lists and objects lie in each other {DEEPEST} deep at most"


def is_storable(text: str) -> bool:
    """Whether a database takes ``text``: it has no NUL, and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _objection_to_one(value: Any) -> str:
    match value:
        case str() if not is_storable(value):
            return "text holds no NUL, and no half of a surrogate pair"
        case float() if not math.isfinite(value):
            return "a number is finite"
        case _:
            return ""


def _inside(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*value, *value.values()]
        case list():
            return value
        case _:
            return []
