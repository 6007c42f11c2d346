"""Submissions, and what a store of them promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


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
        """

    async def by_id(self, number: int) -> Submission | None:
        """Return the submission with that id, or None."""

    async def by_keys(self, keys: tuple[str, ...]) -> list[Submission]:
        """Return the submissions with one of ``keys``, in order of their ids."""
