"""What exists, through the Pulumi engine: all stacks of a network at the same time."""

from __future__ import annotations

from stacks.engine.engine import Engine
from stacks.engine.outcome import Failure, Outcome
from stacks.engine.settings import EngineSettings
from stacks.engine.wire import Progress

__all__ = ["Engine", "EngineSettings", "Failure", "Outcome", "Progress"]
