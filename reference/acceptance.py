"""Accepts submissions: tries for some seconds, then says what is known of the submission."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from reference.submissions import Draft, StoreRefused, StoreSilent, Submission, SubmissionStore


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission is committed, and may be acknowledged."""

    submission: Submission
    made: bool
    """False: it was already there"""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The store did not acknowledge it in time."""

    may_be_kept: bool
    """False: every attempt is known to have kept nothing"""


async def accept(
    store: SubmissionStore,
    draft: Draft,
    *,
    patience_seconds: float = 3.0,
    pause_seconds: float = 0.05,
) -> Accepted | NotAccepted:
    """Return what became of ``draft``; repeating is safe, since a key has one submission.

    The store is asked again every ``pause_seconds`` until it answers, for ``patience_seconds``.
    """
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
