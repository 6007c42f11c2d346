"""What recovery needs from the outside world, and nothing more."""

from __future__ import annotations

from typing import Protocol

from dr.facts import Facts
from dr.questions import Question
from inventory.names import ServiceName


class Eye(Protocol):
    """Looks, and never touches."""

    def observe(self, service: ServiceName) -> Facts:
        """Return what can be seen now about ``service``; what cannot be seen is absent."""

    def ask(self, question: Question) -> bool | None:
        """Answer from what can be seen now; None means that it cannot be seen."""
