"""What is found wrong with a pack, and what nobody can tell from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class PackFindings:
    """Sentences, each begun with the file that it is about."""

    damages: list[str] = field(default_factory=list)
    """something is not as it was when it was signed, or contradicts what is"""
    doubts: list[str] = field(default_factory=list)
    """something was not measured, or nobody answers for it"""

    def damage(self, file: str, why: str) -> None:
        """Add that ``file`` cannot be believed."""
        self.damages.append(f"{file}: {why}")

    @contextmanager
    def reading(self, file: str) -> Iterator[None]:
        """Let what cannot be read inside be damage of ``file``: whoever changed it, broke it."""
        try:
            yield
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self.damage(file, f"it is not as ndc writes it: {type(error).__name__} {error}"[:200])

    def doubt(self, file: str, why: str) -> None:
        """Add that nobody can tell something of ``file``."""
        self.doubts.append(f"{file}: {why}")
