"""The real engine and the real provider, over a substrate that is a file."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from inventory.network import Network
from ndc.adapters import toolchain
from ndc.adapters.clock import SystemClock
from ndc.adapters.engine import Engine, EngineSettings, Progress
from ndc.kernel.errors import Rejected, Unreachable
from ndc.settings import CACHE
from stacks.changes import Change
from stacks.programs.declared import Seeds
from stacks.resources import HostSpec
from stacks.substrates.memory import MemorySubstrate
from tests import networks

pytestmark = pytest.mark.lab


@dataclass(frozen=True, slots=True)
class World:
    """One environment: its engine, and what the engine works on."""

    settings: EngineSettings
    network: Network
    engine: Engine
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
            + [f"link/{link.name}" for link in self.network.links]
        )

    def up(self) -> list[tuple[str, str]]:
        """Bring everything up; return object and property of what had to be changed."""
        return _told(self.engine.up(self.network, self.seeds).checked())


@pytest.fixture(scope="session")
def cli() -> Path:
    return toolchain.ensure_pulumi(CACHE, print)


@pytest.fixture
def world(tmp_path: Path, cli: Path) -> World:
    """Return an environment of one site, in which nothing exists yet."""
    return opened(tmp_path, cli)


@pytest.fixture(scope="module")
def once_up(tmp_path_factory: pytest.TempPathFactory, cli: Path) -> Path:
    """Return the folder of an environment of one site in which everything exists."""
    folder = tmp_path_factory.mktemp("standing")
    opened(folder, cli).up()
    return folder


@pytest.fixture
def standing(once_up: Path, tmp_path: Path, cli: Path) -> World:
    """Return an environment of one site in which everything exists: a copy, to be broken."""
    shutil.copytree(once_up, tmp_path, dirs_exist_ok=True)
    return opened(tmp_path, cli)


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
        engine=Engine(settings, clock),
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
        links=tuple(link for link in network.links if {link.a.site, link.z.site} <= names),
    )


def _told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.object, change.property) for change in changes]


def test_what_is_declared_is_previewed_then_made_and_then_left_alone(world: World) -> None:
    world = replace(world, network=only(networks.network("tiny"), 2))

    heard: list[Progress] = []

    previewed = world.engine.preview(world.network, world.seeds)
    untouched = world.substrate.identities()
    made = _told(world.engine.up(world.network, world.seeds, heard.append).checked())
    again = world.up()

    assert untouched == []
    assert sorted(change.object for change in previewed) == world.declared
    assert sorted(thing for thing, _ in made) == world.declared
    assert world.substrate.identities() == world.declared
    assert again == []
    assert Progress(f"host/{world.host}", f"host/{world.host} is being made") in heard


def test_drift_names_what_moved_and_what_vanished_and_up_puts_it_back(standing: World) -> None:
    moved, gone = (host.name for host in standing.network.hosts[:2])
    standing.substrate.tamper("host", moved, segment="elsewhere")
    standing.substrate.tamper("host", gone)

    drifts = standing.engine.drift()
    mended = standing.up()

    home = standing.network.sites[0].segment
    assert [(d.object, d.property, d.applied, d.found) for d in drifts] == sorted(
        [
            (f"host/{moved}", "segment", home, "elsewhere"),
            (f"host/{gone}", "", "present", None),
        ],
        key=str,
    )
    assert mended == sorted([(f"host/{moved}", "segment"), (f"host/{gone}", "")])
    assert standing.engine.drift() == ()


def test_a_half_made_host_is_said_to_be_so_and_mended_by_the_next_up(world: World) -> None:
    world.substrate.spoil("host", world.host, "half-made")

    outcome = world.engine.up(world.network, world.seeds)
    world.substrate.spoil("host", world.host, "fair")
    mended = world.up()

    assert [failure.object for failure in outcome.failures] == [f"host/{world.host}"]
    assert isinstance(outcome.failures[0].error, Unreachable)
    assert outcome.failures[0].error.actual == "none within 30 s"
    assert mended == [(f"host/{world.host}", "ready")]


def test_one_host_that_is_refused_does_not_stop_the_others(world: World) -> None:
    world.substrate.spoil("host", world.host, "refusing")

    outcome = world.engine.up(world.network, world.seeds)

    assert [(f.object, type(f.error)) for f in outcome.failures] == [
        (f"host/{world.host}", Rejected)
    ]
    assert world.substrate.identities() == [
        thing for thing in world.declared if thing != f"host/{world.host}"
    ]


def test_what_cannot_be_seen_is_a_failure_and_not_an_absence(standing: World) -> None:
    standing.substrate.spoil("host", standing.host, "silent")

    with pytest.raises(Unreachable, match=f"host/{standing.host}"):
        standing.engine.preview(standing.network, standing.seeds)


def test_a_new_image_replaces_a_host_and_the_preview_says_that_data_goes(standing: World) -> None:
    seeds = replace(standing.seeds, image="image-2")

    previewed = standing.engine.preview(standing.network, seeds)
    standing.engine.up(standing.network, seeds).checked()

    hosts = [f"host/{host.name}" for host in standing.network.hosts]
    assert [(c.object, c.property, c.old, c.new, c.risk) for c in previewed] == [
        (host, "image", "image-1", "image-2", "data") for host in sorted(hosts)
    ]
    there = standing.substrate.look("host", standing.host)
    assert isinstance(there, HostSpec)
    assert there.image == "image-2"


def test_a_site_that_is_declared_no_more_is_previewed_and_then_destroyed(world: World) -> None:
    one, two = world, replace(world, network=only(networks.network("tiny"), 2))
    two.up()

    previewed = one.engine.preview(one.network, one.seeds)
    one.up()

    lost = sorted(set(two.declared) - set(one.declared))
    assert [(c.object, c.new) for c in previewed] == [(thing, None) for thing in lost]
    assert one.substrate.identities() == one.declared
    assert one.engine.preview(one.network, one.seeds) == ()


def test_destroy_leaves_nothing(standing: World) -> None:
    standing.engine.destroy().checked()

    assert standing.substrate.identities() == []
    assert standing.engine.drift() == ()
    assert standing.engine.destroy().checked() == ()


@pytest.mark.parametrize("throwaway", [False, True])
def test_after_the_engine_was_killed_in_the_middle_the_next_up_completes(
    world: World,
    *,
    throwaway: bool,
) -> None:
    world = _with(world, throwaway=throwaway)
    world.substrate.spoil("host", world.host, "slow")

    kill = _once(f"host/{world.host}", lambda: _kill_clis(world))
    outcome = world.engine.up(world.network, world.seeds, kill)
    locks = list((world.settings.backend / ".pulumi/locks").rglob("*.json"))
    world.substrate.spoil("host", world.host, "fair")
    world.up()

    assert outcome.failures
    assert locks
    assert world.substrate.identities() == world.declared
    assert world.up() == []
    assert "pending_operations" not in _record(world)


def test_an_interrupted_up_finishes_what_it_began_and_saves(world: World) -> None:
    world.substrate.spoil("host", world.host, "slow")

    interrupt = _once(f"host/{world.host}", lambda: os.kill(os.getpid(), signal.SIGINT))
    outcome = world.engine.up(world.network, world.seeds, interrupt)
    left = world.up()

    assert "the run was interrupted" in [failure.error.what for failure in outcome.failures]
    assert f"host/{world.host}" in [change.object for change in outcome.changes]
    assert f"host/{world.host}" not in [thing for thing, _ in left]
    assert world.substrate.identities() == world.declared


def test_a_damaged_record_is_refused_with_a_way_out_and_nothing_is_touched(standing: World) -> None:
    record = _record_file(standing)
    record.write_text(record.read_text()[:1000])
    before = standing.substrate.identities()

    with pytest.raises(Rejected) as refused:
        standing.engine.up(standing.network, standing.seeds).checked()
    source, target = refused.value.next_step.split(";")[0].split()[1:]
    Path(target).write_bytes(Path(source).read_bytes())

    assert standing.substrate.identities() == before
    assert str(record) in refused.value.actual
    assert standing.up() == []


def test_a_lock_of_another_machine_is_respected(standing: World) -> None:
    stack = _record_file(standing).stem
    folder = standing.settings.backend / ".pulumi/locks/organization/ndc" / stack
    folder.mkdir(parents=True, exist_ok=True)
    lock = {
        "pid": 1,
        "username": "ha",
        "hostname": "elsewhere",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    (folder / "x.json").write_text(json.dumps(lock))

    with pytest.raises(Rejected, match="being changed by somebody else") as refused:
        standing.engine.up(standing.network, standing.seeds).checked()

    assert "ha@elsewhere (pid 1)" in refused.value.actual
    assert standing.engine.drift() == ()
    assert standing.engine.preview(standing.network, standing.seeds) == ()


def test_a_wrong_passphrase_is_named(standing: World) -> None:
    standing.settings.passphrase.write_text("wrong")

    with pytest.raises(Rejected) as refused:
        standing.engine.up(standing.network, standing.seeds).checked()

    assert "passphrase" in refused.value.expected + refused.value.actual + refused.value.what


def _with(world: World, *, throwaway: bool) -> World:
    settings = replace(world.settings, throwaway=throwaway)
    return replace(world, settings=settings, engine=Engine(settings, SystemClock()))


def _once(thing: str, act: Callable[[], None]) -> Callable[[Progress], None]:
    """Return a listener that acts when it first hears from what makes ``thing``."""
    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        if progress.sentence.startswith(thing) and not heard:
            heard.append(progress)
            act()

    return listen


def _kill_clis(world: World) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            cli = (process / "exe").readlink() == world.settings.cli.resolve()
            if cli and (process / "cwd").readlink().is_relative_to(world.settings.state):
                os.kill(int(process.name), signal.SIGKILL)


def _record_file(world: World) -> Path:
    (record,) = (world.settings.backend / ".pulumi/stacks/ndc").glob("site-*.json")
    return record


def _record(world: World) -> dict[str, object]:
    latest: dict[str, object] = json.loads(_record_file(world).read_text())["checkpoint"]["latest"]
    return latest
