"""``ndc up``: exist, contain, say, and then the gates.

Every stage looks at what is there and changes what differs, so a command that
was interrupted anywhere is finished by the same command.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from inventory.names import HostName
from inventory.network import Network
from ndc.adapters import toolchain
from ndc.adapters.ansible import Play, PlayResult, converge
from ndc.adapters.clock import SystemClock
from ndc.adapters.engine import Engine, EngineSettings
from ndc.adapters.reach import Reach
from ndc.adapters.routers import Routers, converged
from ndc.adapters.secrets import Secrets, ensure_secrets
from ndc.clients.labd import Labd
from ndc.clients.ssh import Access
from ndc.kernel.clock import wait_until
from ndc.kernel.errors import Rejected, Unreachable
from ndc.settings import CACHE
from ndc.wiring.environment import Environment
from ndc.wiring.environment import network as network_of
from ndc.wiring.onlooker import onlooker
from ndc.wiring.place import place_services
from ndc.wiring.stages import Say, Stages
from ndc.wiring.summary import summary
from stacks.programs.declared import Seeds
from tui.concerns import concerns, is_settled
from tui.snapshot import Snapshot

_ROUTES = timedelta(seconds=60)
_QUORUM = timedelta(seconds=60)
_GREEN = timedelta(minutes=5)
"""three times the figure of a first start; only detects a hang"""


@dataclass(frozen=True, slots=True)
class _Tools:
    """What the tool chain made."""

    pulumi: Path
    image: toolchain.Image
    wheel: Path


def bring_up(environment: Environment, say: Say, *, inventory: Path | None = None) -> str:
    """Make the environment's network exist and work; return what to look at and to try.

    Raises:
        InventoryInvalid: nothing was touched.
        WorldError: some of it may exist; the same command goes on from there.
    """
    stages = Stages(say, SystemClock())
    network = network_of(environment, inventory=inventory, record=True)
    tools = _prepare_tools(stages)
    with stages.stage("keys and certificates"):
        secrets = ensure_secrets(environment.paths.secrets, network, stages.clock)
    _exist(environment, network, secrets, tools, stages)
    _contain(environment, network, secrets, tools, stages)
    _say(environment, network, secrets, stages)
    with stages.stage("placement of services"):
        _place(network, secrets, stages)
    snapshot = _wait_until_green(environment, stages)
    return summary(network, snapshot)


def engine_of(environment: Environment, pulumi: Path) -> Engine:
    """Return the engine that makes what exists in ``environment``."""
    paths = environment.paths
    settings = EngineSettings(
        environment=paths.environment,
        cli=pulumi,
        state=paths.pulumi,
        passphrase=Secrets(paths.secrets).pulumi_passphrase,
        substrate=environment.description.substrate,
        substrate_at=paths.labd_socket,
        throwaway=environment.description.throwaway,
    )
    return Engine(settings, SystemClock())


def _prepare_tools(stages: Stages) -> _Tools:
    with stages.stage("tool chain"):
        return _Tools(
            pulumi=toolchain.ensure_pulumi(CACHE, stages.detail),
            image=toolchain.ensure_image(CACHE, stages.detail),
            wheel=toolchain.ensure_wheel(CACHE, stages.detail),
        )


def _exist(
    environment: Environment, network: Network, secrets: Secrets, tools: _Tools, stages: Stages
) -> None:
    """Make hosts, segments and links exist, and every host answer SSH."""
    with stages.stage(f"{len(network.hosts)} hosts and {len(network.links)} links"):
        labd = Labd(environment.paths.labd_socket)
        running = len(labd.status(start=True).hosts)
        labd.demand_room(max(0, len(network.hosts) - running))
        seeds = Seeds(
            image=tools.image.digest,
            host_keys={h.name: secrets.host_key_fingerprint(h.name) for h in network.hosts},
        )
        outcome = engine_of(environment, tools.pulumi).up(
            network,
            seeds,
            lambda progress: stages.detail(f"{progress.object}: {progress.sentence}"),
        )
        outcome.checked()


def _contain(
    environment: Environment, network: Network, secrets: Secrets, tools: _Tools, stages: Stages
) -> PlayResult:
    """Make every host contain what its roles ask for."""
    with stages.stage("contents of the hosts"):
        result = converge(network, secrets, tools.wheel, environment.paths, Play(), stages.detail)
        result.demand_success()
        return result


def _say(environment: Environment, network: Network, secrets: Secrets, stages: Stages) -> None:
    """Make every router run its intent, and take its text over from the layer below."""
    access = Access(secrets.control_key, secrets.known_hosts)
    password = secrets.read(secrets.bgp_password)
    with (
        stages.stage("routers"),
        Routers(network, access, password, environment.paths.log / "routers") as routers,
    ):
        hosts = [host.name for host in network.hosts]
        with ThreadPoolExecutor(len(hosts)) as pool:
            list(pool.map(partial(_take_over, routers), hosts))
        _wait_until_converged(routers, stages)


def _wait_until_converged(routers: Routers, stages: Stages) -> None:
    """Return when every session is established and every loopback reachable.

    Raises:
        Unreachable: what is still missing, by name.
    """
    began = stages.clock.elapsed()
    while lacks := converged(routers):
        if stages.clock.elapsed() - began > _ROUTES:
            raise Unreachable(
                f"{len(lacks)} routes and sessions did not come about",
                expected=f"all within {_ROUTES.total_seconds():g} s",
                actual="; ".join(str(lack) for lack in lacks[:5]),
                next_step="run the command again: it goes on where this one stopped",
            )
        stages.clock.sleep(timedelta(milliseconds=500))


def _take_over(routers: Routers, host: HostName) -> None:
    routers.converge(host)
    routers.hand_over(host)


def _place(network: Network, secrets: Secrets, stages: Stages) -> None:
    """Make services be announced where they are placed, as soon as a majority can be asked."""
    reach = Reach.over(network, secrets.folder)

    def placed() -> bool | None:
        try:
            place_services(network, reach)
        except Unreachable:
            return None
        return True

    wait_until(
        stages.clock,
        placed,
        what="the placement of every service",
        bound=_QUORUM,
        every=timedelta(milliseconds=500),
    )


def _wait_until_green(environment: Environment, stages: Stages) -> Snapshot:
    """Return the first snapshot in which nothing is left to wait for.

    Raises:
        Rejected: it settled, and is not green.
    """
    watching = onlooker(environment)
    with stages.stage("health gates"):

        def settled() -> Snapshot | None:
            snapshot = watching.take()
            return snapshot if is_settled(snapshot) else None

        snapshot = wait_until(
            stages.clock,
            settled,
            what="a green network",
            bound=_GREEN,
            every=timedelta(milliseconds=500),
        )
    if left := concerns(snapshot):
        raise Rejected(
            f"{len(left)} things are not as they should be",
            expected="all green",
            actual=f"{left[0].subject} {left[0].sentence}",
            next_step="ndc status",
        )
    return snapshot
