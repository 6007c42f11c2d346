"""What exists, through the Pulumi engine: all stacks of a network at the same time."""

from __future__ import annotations

from stacks.engine.engine import StackEngine
from stacks.engine.outcome import Failure, StackOutcome
from stacks.engine.settings import EngineSettings
from stacks.engine.wire import Progress

__all__ = ["EngineSettings", "Failure", "Progress", "StackEngine", "StackOutcome"]
