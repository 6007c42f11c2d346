"""What every substrate promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from stacks.resources import Kind, Spec


class Substrate(Protocol):
    """Makes hosts, segments and links exist.

    Every call may be repeated: it looks before it acts, adopts what is equal
    and ours, and refuses what is foreign.

    Each raises Rejected when it did not happen, Unreachable when it may have.
    """

    def ensure(self, spec: Spec, progress: Callable[[str], None]) -> None:
        """Make ``spec`` true, in place where that can be; ``progress`` gets plain sentences.

        A half-made thing is mended by the next call.
        """

    def look(self, kind: Kind, name: str) -> Spec | None:
        """Return what is really there, read from the live thing; None if it is not there."""

    def remove(self, kind: Kind, name: str) -> None:
        """Make it gone, with everything that was made for it; nothing to do is no error."""
