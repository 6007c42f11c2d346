"""Accepts submissions: tries for a short while, and says honestly how it ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from reference.submissions import Draft, StoreRefused, StoreSilent, Submission, SubmissionStore


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is committed."""

    submission: Submission
    made: bool
    """False: it was already there"""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """It was not acknowledged in time."""

    may_be_kept: bool
    """False: every attempt is known to have kept nothing"""


async def accept(
    store: SubmissionStore,
    draft: Draft,
    *,
    patience_seconds: float = 3.0,
    pause_seconds: float = 0.05,
) -> Accepted | NotAccepted:
    """Return how ``draft`` ended; repeating is safe, since a key has one submission."""
    may_be_kept = False
    try:
        async with asyncio.timeout(patience_seconds):
            while True:
                try:
                    return Accepted(*await store.keep(draft))
                except StoreRefused:
                    pass
                except StoreSilent:
                    may_be_kept = True
                except asyncio.CancelledError:
                    may_be_kept = True
                    raise
                await asyncio.sleep(pause_seconds)
    except TimeoutError:
        return NotAccepted(may_be_kept)
