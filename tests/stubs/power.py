"""A lab's power port in this process, on loopback: the real server, with hosts that are values."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Interface
from pathlib import Path

from access.secrets import Certificate, Secrets, ensure_secrets
from core.clock import wait_until
from core.errors import Rejected, Unreachable
from core.system_clock import SystemClock
from dr.simulation.world import World
from inventory.endpoints import POWER
from inventory.names import HostName
from inventory.network import Network
from lab.ground import PortFiles
from lab.power import HostPower
from lab.power_port import PowerPort
from lab.status import PowerPortState
from tests.networks import network

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
CLOCK = SystemClock()


def networked() -> Network:
    """Return a network whose operator is reached on loopback."""
    return replace(network("tiny"), operator_address=IPv4Interface("127.0.0.1/8"))


def secrets_in(folder: Path) -> Secrets:
    """Return the secrets of that network; worth keeping for many tests."""
    return ensure_secrets(folder, networked(), CLOCK)


@dataclass(slots=True)
class StubHosts:
    """Hosts of which a test says how badly they obey."""

    powers: dict[str, HostPower]
    fenced: list[str] = field(default_factory=list)
    """in the order in which their power was taken"""
    late: timedelta = timedelta(0)
    """how long it takes to take it"""
    deaf: set[str] = field(default_factory=set)
    """those of whom it says yes, and does nothing"""
    stuck: bool = False
    """True: may have done it, and does not know"""
    held: threading.Event = field(default_factory=threading.Event)
    """set by a test, to let a power-off begin that waits for it"""
    waiting: set[str] = field(default_factory=set)
    """those whose power-off waits for that"""

    def power(self, name: str) -> HostPower:
        """Return what a test put there."""
        if name not in self.powers:
            raise Rejected(f"there is no host called {name}")
        return self.powers[name]

    def fence(self, name: str, power: HostPower) -> None:
        """Obey as well as the test says."""
        if name in self.waiting:
            self.held.wait()
        self.held.wait(self.late.total_seconds())
        if self.power(name) != power:
            raise Rejected(f"{name} is not as it was seen")
        if name not in self.deaf:
            self.fenced.append(name)
            self.powers[name] = replace(power, on=False)
        if self.stuck:
            raise Unreachable(f"the end of {name} did not come about")

    def power_on(self, name: str) -> None:
        """Let another life begin."""
        since = self.powers[name].since or NOON
        self.powers[name] = HostPower(on=True, since=since + timedelta(minutes=1))


def stub_hosts() -> StubHosts:
    """Return the hosts of the network, all on since noon."""
    return StubHosts({host.name: HostPower(on=True, since=NOON) for host in networked().hosts})


@dataclass(frozen=True, slots=True)
class PlantHosts:
    """The hosts of a simulated world, whose power is what the plant of that world says."""

    world: World
    holding: Callable[[], AbstractContextManager[object]]
    """keeps the world still meanwhile"""

    @property
    def are_silent(self) -> bool:
        """Whether nobody hears of any: they have one port."""
        return self.world.truth.plant.mute_ports >= self.world.truth.plant.hosts

    def power(self, name: str) -> HostPower:
        """Return how it is in the world."""
        plant, host = self.world.truth.plant, HostName(name)
        if host not in plant.hosts:
            raise Rejected(f"there is no host called {name}")
        with self.holding():
            since = NOON + timedelta(minutes=plant.lives.get(host, 0))
            return HostPower(on=host not in plant.off, since=since)

    def fence(self, name: str, power: HostPower) -> None:
        """Take it away in the world."""
        with self.holding():
            if self.power(name) != power:
                raise Rejected(f"{name} is not as it was seen")
            host = HostName(name)
            self.world.doors.power.off(host, self.world.truth.plant.life(host))


@dataclass(slots=True)
class StubPort:
    """A port that is open, and what is behind it."""

    hosts: StubHosts
    secrets: Secrets
    port: int
    cut: bool = False

    @property
    def root(self) -> str:
        """Where it is asked."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def control(self) -> Certificate:
        """The certificate of the control plane."""
        return self.secrets.client_certificate("control")


def port_files(secrets: Secrets) -> PortFiles:
    """Return what a port trusts and shows."""
    own = secrets.power_certificate
    return PortFiles(secrets.authority.certificate, own.certificate, own.key)


@contextmanager
def stub_port(secrets: Secrets) -> Iterator[StubPort]:
    """Yield a port that listens."""
    stub = StubPort(stub_hosts(), secrets, _free_port())
    at = ("127.0.0.1", stub.port)
    served = PowerPort(stub.hosts, at, port_files(secrets), CLOCK, lambda: stub.cut)
    end = _opened(served)
    try:
        yield stub
    finally:
        stub.hosts.held.set()
        end()


def serve(address: str, secrets: Secrets, hosts: PlantHosts) -> Callable[[], None]:
    """Switch the power of ``hosts`` at ``address`` until what is returned is called."""
    files = port_files(secrets)
    return _opened(PowerPort(hosts, (address, POWER), files, CLOCK, lambda: hosts.are_silent))


def _opened(port: PowerPort) -> Callable[[], None]:
    port.open()
    wait_until(
        CLOCK,
        lambda: port.status().state is not PowerPortState.CLOSED,
        what="the port",
        bound=timedelta(seconds=10),
    )
    return port.close


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port
