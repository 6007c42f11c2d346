"""How a host that holds a store reaches another one that does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import IO, Protocol

from core.errors import NotSeen, Rejected
from inventory.storage import Store
from storage.requests import SourceAnswer, StoreRequest


class AnotherLife(Rejected):
    """What a refuge holds and what its source has do not belong together: nothing may go on."""


class SourceDoor(Protocol):
    """How a refuge reaches its source."""

    def ask(self, request: StoreRequest) -> AbstractContextManager[tuple[SourceAnswer, IO[bytes]]]:
        """Give the answer to ``request``, and the stream that follows it.

        Raises:
            NotSeen: there was no answer.
            Rejected: the answer cannot be read.
        """


def another_life(store: Store, actual: str) -> AnotherLife:
    """Return that nothing here may go on for ``store``, since of it there is ``actual``."""
    return AnotherLife(
        f"{store.name} would begin anew, and what is here of it would go",
        expected="a source that goes on from what its refuges have",
        actual=actual,
        next_step="docs/runbooks/seen/old-store-copy.md",
    )


def demand(answer: SourceAnswer) -> None:
    """Return if ``answer`` is one.

    Raises:
        NotSeen: who was asked says why it is none.
    """
    if answer.refused is not None:
        raise NotSeen(
            "the source of a store does not answer",
            refused=True,
            expected="its newest recovery point",
            actual=answer.refused,
            next_step="run ndc up on both hosts: they hold different networks",
        )
