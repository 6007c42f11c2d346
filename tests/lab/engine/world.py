"""An environment of one site for the real engine, over a substrate that is a file."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.system_clock import SystemClock
from inventory.network import Network
from stacks.changes import Change
from stacks.engine.engine import StackEngine
from stacks.engine.settings import EngineSettings
from stacks.engine.wire import Progress
from stacks.programs.declared import Seeds
from stacks.substrates.memory import MemorySubstrate
from tests import networks


@dataclass(frozen=True, slots=True)
class World:
    """One environment: its engine, and what the engine works on."""

    settings: EngineSettings
    network: Network
    engine: StackEngine
    substrate: MemorySubstrate

    @property
    def seeds(self) -> Seeds:
        return Seeds("image-1", {host.name: f"SHA256:{host.name}" for host in self.network.hosts})

    @property
    def host(self) -> str:
        """Return the first host."""
        return self.network.hosts[0].name

    @property
    def declared(self) -> list[str]:
        """Return the identities of everything that is declared."""
        return sorted(
            [f"segment/{site.segment}" for site in self.network.sites]
            + [f"host/{host.name}" for host in self.network.hosts]
            + [f"pool/{pool.name}" for pool in self.network.pools]
            + [f"link/{link.name}" for link in self.network.links]
        )

    def up(self) -> list[tuple[str, str]]:
        """Bring everything up; return object and property of what had to be changed."""
        return told(self.engine.up(self.network, self.seeds).checked())


def opened(folder: Path, cli: Path) -> World:
    """Return the environment that lies in ``folder``."""
    clock = SystemClock()
    if not (folder / "passphrase").exists():
        (folder / "passphrase").write_text("correct horse")
    settings = EngineSettings(
        environment="test",
        cli=cli,
        state=folder / "pulumi",
        passphrase=folder / "passphrase",
        substrate="memory",
        substrate_at=folder / "world.json",
    )
    return World(
        settings=settings,
        network=only(networks.network("tiny"), 1),
        engine=StackEngine(settings, clock),
        substrate=MemorySubstrate(settings.substrate_at, owner="test", clock=clock),
    )


def only(network: Network, count: int) -> Network:
    """Return ``network`` with its first ``count`` sites and the links between them."""
    sites = network.sites[:count]
    names = {site.name for site in sites}
    return replace(
        network,
        sites=sites,
        hosts=tuple(host for host in network.hosts if host.site in names),
        pools=tuple(pool for pool in network.pools if network.host(pool.host).site in names),
        links=tuple(link for link in network.links if {link.a.site, link.z.site} <= names),
    )


def told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.object, change.property) for change in changes]


def with_throwaway(world: World, *, throwaway: bool) -> World:
    settings = replace(world.settings, throwaway=throwaway)
    return replace(world, settings=settings, engine=StackEngine(settings, SystemClock()))


def once(thing: str, act: Callable[[], None]) -> Callable[[Progress], None]:
    """Return a listener that acts when it first hears from what makes ``thing``."""
    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        if progress.sentence.startswith(thing) and not heard:
            heard.append(progress)
            act()

    return listen


def kill_clis(world: World) -> None:
    """Kill every CLI that works on ``world``, without a warning."""
    for process in left_over(world):
        if (process / "exe").readlink() == world.settings.cli.resolve():
            os.kill(int(process.name), signal.SIGKILL)


def left_over(world: World) -> list[Path]:
    """Return the processes in /proc that work in the folders of ``world``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end at any moment
            if (process / "cwd").readlink().is_relative_to(world.settings.state):
                found.append(process)
    return found


def record_file(world: World) -> Path:
    (record,) = (world.settings.backend / ".pulumi/stacks/ndc").glob("site-*.json")
    return record


def record_of(world: World) -> dict[str, object]:
    latest: dict[str, object] = json.loads(record_file(world).read_text())["checkpoint"]["latest"]
    return latest
