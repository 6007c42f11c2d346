"""How long the engine takes over the default network, on a substrate that takes no time.

python -m tests.benchmarks.what_exists
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ndc.adapters import toolchain
from ndc.adapters.clock import SystemClock
from ndc.adapters.engine import Engine, EngineSettings
from ndc.settings import CACHE
from stacks.programs.declared import Seeds
from tests import networks


def say(line: str) -> None:
    """Print ``line`` at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print one line a verb."""
    clock = SystemClock()
    network = networks.network("compact")
    seeds = Seeds("image", {host.name: f"SHA256:{host.name}" for host in network.hosts})

    def timed(what: str, act: Callable[[], object]) -> None:
        began = clock.elapsed()
        act()
        say(f"  {what:<14} {(clock.elapsed() - began).total_seconds():5.1f} s")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "passphrase").write_text("benchmark")
        settings = EngineSettings(
            environment="bench",
            cli=toolchain.ensure_pulumi(CACHE, say),
            state=folder / "pulumi",
            passphrase=folder / "passphrase",
            substrate="memory",
            substrate_at=folder / "world.json",
        )
        engine = Engine(settings, clock)
        say(
            f"{len(network.sites)} segments, {len(network.hosts)} hosts, "
            f"{len(network.links)} links in {len(network.sites) + 1} stacks at once; "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        timed("preview", lambda: engine.preview(network, seeds))
        timed("up", lambda: engine.up(network, seeds).checked())
        timed("up, no change", lambda: engine.up(network, seeds).checked())
        timed("drift", engine.drift)
        timed("destroy", lambda: engine.destroy().checked())


if __name__ == "__main__":
    main()
