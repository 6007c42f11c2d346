"""``ndc down``: what exists ceases to; the environment's folder stays."""

from __future__ import annotations

from ndc.adapters import toolchain
from ndc.adapters.clock import SystemClock
from ndc.clients.labd import Labd
from ndc.settings import CACHE
from ndc.wiring.bring_up import engine_of
from ndc.wiring.environment import Environment
from ndc.wiring.stages import Say, Stages


def take_down(environment: Environment, say: Say) -> None:
    """Destroy every stack of ``environment``, its hosts and links and the data on them.

    Raises:
        WorldError: something of it may be left; the same command goes on from there.
    """
    stages = Stages(say, SystemClock())
    with stages.stage(f"taking {environment.paths.environment} down"):
        # the power goes first: it is quick, and a host that is gone has no last words
        labd = Labd(environment.paths.labd_socket)
        running = [host.name for host in labd.status(start=True).hosts if host.state != "off"]
        if running:
            labd.power_off(running)
        pulumi = toolchain.ensure_pulumi(CACHE, stages.detail)
        engine_of(environment, pulumi).destroy(
            lambda progress: stages.detail(f"{progress.object}: {progress.sentence}")
        ).checked()
        labd.destroy(stages.detail)
