"""How long the engine takes over the default network, on a substrate that takes no time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ndc.settings import settings
from stacks.engine.engine import StackEngine
from stacks.engine.settings import EngineSettings
from stacks.programs.declared import Seeds
from tests import networks
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, PROFILE, Stand, say, seconds_of
from toolchain import build


def engine(_: Stand, __: int) -> Iterator[Trial]:
    """Yield seconds: preview, up, up without a change, drift, destroy."""
    network = networks.network(PROFILE)
    seeds = Seeds("image", {host.name: f"SHA256:{host.name}" for host in network.hosts})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "passphrase").write_text("benchmark")
        of_the_engine = EngineSettings(
            environment="bench",
            cli=build.ensure_pulumi(settings().cache, say),
            state=folder / "pulumi",
            passphrase=folder / "passphrase",
            substrate="memory",
            substrate_at=folder / "world.json",
        )
        made = StackEngine(of_the_engine, CLOCK)
        yield (
            seconds_of(lambda: made.preview(network, seeds)),
            seconds_of(lambda: made.up(network, seeds).checked()),
            seconds_of(lambda: made.up(network, seeds).checked()),
            seconds_of(made.drift),
            seconds_of(lambda: made.destroy().checked()),
        )
