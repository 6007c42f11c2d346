"""A store in memory: keeps the port's promises until the process ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reference.submissions import (
    MARKER,
    Draft,
    DraftRefused,
    StoreRefused,
    StoreSilent,
    Submission,
    objection_to,
)

_EPOCH = datetime(2030, 1, 1, tzinfo=UTC)


class MemoryStore:
    """Keeps submissions in a dictionary; can be told to fail."""

    def __init__(self) -> None:
        self._submissions: dict[str, Submission] = {}
        self._last_id = 0
        self._failures: list[Exception] = []
        self._is_open = False

    def fail_next(self, *failures: Exception) -> None:
        """Make the next calls of ``keep`` raise ``failures``, one a call.

        A call that raises StoreSilent keeps the draft: a real store does no worse when it
        commits and its answer is lost.
        """
        self._failures += failures

    async def prepare(self) -> None:
        """Begin to keep submissions."""
        self._is_open = True

    async def close(self) -> None:
        """Keep no more."""
        self._is_open = False

    async def keep(self, draft: Draft) -> tuple[Submission, bool]:
        """Return the submission of the draft's key, and whether this call made it."""
        self._must_be_open()
        if why := objection_to(draft.body):
            raise DraftRefused(why)
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None and not isinstance(failure, StoreSilent):
            raise failure
        is_new = draft.key not in self._submissions
        if is_new:
            self._submissions[draft.key] = self._submission(draft)
        submission = self._submissions[draft.key]
        if failure is not None:
            raise failure
        return submission, is_new

    async def by_id(self, number: int) -> Submission | None:
        """Return the submission with that id, or None."""
        self._must_be_open()
        return next((s for s in self._submissions.values() if s.id == number), None)

    async def by_keys(self, keys: tuple[str, ...]) -> list[Submission]:
        """Return the submissions with one of ``keys``, in order of their ids."""
        self._must_be_open()
        return [s for s in self._submissions.values() if s.key in keys]

    async def forget(self, kept: timedelta, after: int, most: int) -> int:
        """Remove old measurements; it is one second later than the last submission."""
        self._must_be_open()
        before = _EPOCH + timedelta(seconds=self._last_id + 1) - kept
        following = sorted(
            (s for s in self._submissions.values() if s.id > after), key=lambda s: s.id
        )
        old = [s for s in following[:most] if s.committed_at < before]
        for submission in old:
            if submission.body.keys() == {MARKER}:
                del self._submissions[submission.key]
        return old[-1].id if old else after

    def _must_be_open(self) -> None:
        if not self._is_open:
            raise StoreRefused("not prepared")

    def _submission(self, draft: Draft) -> Submission:
        self._last_id += 1
        at = _EPOCH + timedelta(seconds=self._last_id)
        return Submission(self._last_id, draft.key, draft.body, at, draft.site, draft.host)
