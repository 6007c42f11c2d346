"""``ndc down``: what exists ceases to; the environment's folder stays."""

from __future__ import annotations

from pathlib import Path

from core.locks import alone
from core.stages import Stages
from core.system_clock import SystemClock
from core.text import Say
from ndc.settings import settings
from ndc.wiring.environment import Environment
from ndc.wiring.existence import Existence
from ndc.wiring.running_network import forget_network
from stacks.engine.record import stacks_on_record
from toolchain import build


def take_down(environment: Environment, say: Say) -> None:
    """Destroy every stack of ``environment``, its hosts and links and the data on them.

    Raises:
        PlanRefused: another command works on it; nothing was touched.
        WorldError: something of it may be left; the same command goes on from there.
    """
    stages = Stages(say, SystemClock())
    with (
        alone(environment.paths.lock, stages.clock),
        stages.stage(f"taking {environment.paths.environment} down"),
    ):
        Existence(environment, _pulumi(environment, stages), stages).destroy()
        forget_network(environment)


def _pulumi(environment: Environment, stages: Stages) -> Path:
    """Return the CLI; where nothing was ever made nobody asks for it, so it is not built."""
    if stacks_on_record(environment.paths.pulumi / "backend"):
        return build.ensure_pulumi(settings().cache, stages.detail)
    return settings().cache / "pulumi"
