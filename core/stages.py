"""The stages of a long command: what goes on, and how long each took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.clock import Clock
from core.text import Say


@dataclass(frozen=True, slots=True)
class Stages:
    """Tells where a command stands."""

    say: Say
    clock: Clock

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Tell that ``title`` begins and, if it succeeds, how long it took."""
        began = self.clock.elapsed()
        self.say(f"{title} …")
        yield
        self.say(f"{title}: done in {(self.clock.elapsed() - began).total_seconds():.1f} s")

    def detail(self, text: str) -> None:
        """Tell something that happened within a stage."""
        self.say(f"    {text}")
