"""Accepts submissions: tries for some seconds, then says what is known of the submission."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reference.submissions import (
    Draft,
    DraftRefused,
    StoreRefused,
    StoreSilent,
    Submission,
    SubmissionStore,
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission is committed, and may be acknowledged."""

    submission: Submission
    is_new: bool
    """False: it was already there"""


@dataclass(frozen=True, slots=True)
class NeverAccepted:
    """The store will not keep it, however often it is sent; nothing was kept."""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The store did not acknowledge it in time."""

    may_be_kept: bool
    """False: every attempt is known to have kept nothing"""


async def _waits() -> bool:
    return False


async def accept(
    store: SubmissionStore,
    draft: Draft,
    *,
    is_gone: Callable[[], Awaitable[bool]] = _waits,
    patience_seconds: float = 3.0,
    pause_seconds: float = 0.05,
) -> Accepted | NeverAccepted | NotAccepted:
    """Return what became of ``draft``; repeating is safe, since a key has one submission.

    The store is asked again every ``pause_seconds`` until it answers, for ``patience_seconds``,
    and while who sent it is not ``is_gone``: what nobody waits for takes no place from others.
    """
    may_be_kept = False
    try:
        async with asyncio.timeout(patience_seconds):
            while True:
                try:
                    return Accepted(*await store.keep(draft))
                except DraftRefused:
                    return NeverAccepted()
                except StoreRefused:
                    pass
                except StoreSilent:
                    may_be_kept = True
                except asyncio.CancelledError:
                    may_be_kept = True
                    raise
                await asyncio.sleep(pause_seconds)
                if await is_gone():
                    return NotAccepted(may_be_kept)
    except TimeoutError:
        return NotAccepted(may_be_kept)
