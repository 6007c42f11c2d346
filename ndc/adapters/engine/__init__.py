"""What exists, through the Pulumi engine: all stacks of a network at the same time."""

from __future__ import annotations

from ndc.adapters.engine.engine import Engine
from ndc.adapters.engine.outcome import Failure, Outcome
from ndc.adapters.engine.settings import EngineSettings
from ndc.adapters.engine.wire import Progress

__all__ = ["Engine", "EngineSettings", "Failure", "Outcome", "Progress"]
