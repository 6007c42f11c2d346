"""A network of stub servers on loopback: real TLS, SSH and HTTP, and a simulated truth behind.

Every host has an address of its own in 127.0.0.0/8, and the certificates and keys that ``ndc
up`` would give it. Simulated time goes on by a clock by which nobody waits.
"""

from __future__ import annotations

import random
import socket
import ssl as tls
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from access.secrets import Secrets
from access.secrets.ensure import ensure_secrets
from access.signing_key import SigningKey
from core.system_clock import SystemClock
from dr.live.doors import Live
from dr.onhost.epoch_record import EpochRecord
from dr.simulation.world import World, rehearsed
from inventory.endpoints import ETCD_CLIENT, PROBE, patroni_port
from inventory.etcd import CONTROL, ROOT
from inventory.names import HostName, ServiceName
from inventory.network import Host, Network, Role
from monitors.probe.statements import Oath
from tests.rehearsals import SERVICE
from tests.stubs import https, power, ssh
from tests.stubs.clock import StubClock
from tests.stubs.etcd import StubEtcd
from tests.stubs.hosts import obey, patroni, place_stores, runs, show_keys
from tests.stubs.members import about_members
from tests.stubs.probe import StubProbe
from tests.stubs.traced import StubTracing

_LOOK_EVERY = timedelta(milliseconds=20)
_PATIENCE = timedelta(seconds=10)
"""of a program that waits for something to come about"""


def on_loopback(network: Network) -> Network:
    """Return ``network`` with operator and hosts at addresses of loopback, ours for now."""
    dice = random.SystemRandom()
    prefix = f"127.{dice.randint(1, 254)}.{dice.randint(1, 254)}"
    hosts = tuple(
        replace(host, management=IPv4Interface(f"{prefix}.{number}/32"))
        for number, host in enumerate(network.hosts, start=1)
    )
    operator = IPv4Interface(f"{prefix}.254/32")
    return replace(network, hosts=hosts, operator_address=operator)


@dataclass(frozen=True, slots=True)
class Ground:
    """What servers stand on: addresses, keys and certificates; worth keeping for many tests."""

    network: Network
    secrets: Secrets
    ssh_port: int


def ground(network: Network, folder: Path) -> Ground:
    """Return ``network`` on loopback, with all its secrets in ``folder``."""
    own = on_loopback(network)
    secrets = ensure_secrets(folder, own, SystemClock())
    port = _free_port(own.hosts[0].management.ip)
    _pin(secrets, own, port)
    for host in own.hosts_with(Role.PROBE):
        secrets.probe_keys(host.name).parent.mkdir(exist_ok=True)
        key = SigningKey.kept_at(_probe_key(secrets)).public_key
        secrets.probe_keys(host.name).write_text(f"{key}\n", "utf-8")
    return Ground(own, secrets, port)


@dataclass(slots=True)
class StubNetwork:
    """Servers of every kind that recovery asks, and how to end them."""

    on: Ground
    world: World
    clock: StubClock
    began: datetime
    """when simulated time began, by the clock of the probe"""
    beginning: timedelta
    """when it began, since boot"""
    lock: threading.RLock = field(default_factory=threading.RLock)
    """held by whoever looks at the world, or changes it"""
    ends: list[Callable[[], None]] = field(default_factory=list)
    answers: dict[tuple[HostName, str], str] = field(default_factory=dict)
    """of a program at a host, where it does not follow from the world"""
    etcd: StubEtcd = field(init=False)
    tracers: StubTracing = field(init=False)

    def __post_init__(self) -> None:
        self.tracers = StubTracing(self.world, self.clock, self.holding)
        self.etcd = StubEtcd(
            passwords={name: self.on.secrets.etcd_password(name) for name in (CONTROL, ROOT)}
        )

    def live(self) -> Live:
        """Return the network as recovery reaches it."""
        folder, port = self.on.secrets.folder, self.on.ssh_port
        return Live.over(self.on.network, folder, ssh_port=port, clock=self.clock)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Let the world come to this moment, and stay there meanwhile."""
        with self.lock:
            self.world.sleep(self.clock.elapsed() - self.beginning - self.world.elapsed())
            yield

    def goes_dark(self) -> None:
        """End every server; what was true goes on."""
        while self.ends:
            self.ends.pop()()

    def start(self, folder: Path) -> None:
        """Let every host answer."""
        for host in self.on.network.hosts:
            self._start_host(host, folder)
        hosts = power.PlantHosts(self.world, self.holding)
        address = str(self.on.network.operator_address.ip)
        self.ends.append(power.serve(address, self.on.secrets, hosts))

    def _answer(self, host: Host, command: str) -> ssh.Ran | None:
        for (at, program), answer in self.answers.items():
            if at == host.name and f" {program} " in command:
                return 0, f"{answer}\n"
        return None

    def _start_host(self, host: Host, folder: Path) -> None:
        record = EpochRecord(folder / host.name, self.clock)
        if host.name in self.world.truth.at(SERVICE).epochs:
            (folder / host.name).mkdir(parents=True)
            record.write({self.world.truth.at(SERVICE).service.name: 1})

        def run(key: str, command: str, given: str) -> ssh.Ran:
            if (trails := self._tracing(host, command, given)) is not None:
                return trails
            until = self.clock.elapsed() + _PATIENCE
            while self.clock.elapsed() < until:
                with self.holding():
                    if not self.world.truth.plant.seen(host.name):
                        return 255, ""
                    ran = self._answer(host, command) or runs(
                        self.world, host.name, record, key, command
                    )
                if ran is not None:
                    return ran
                self.clock.sleep(_LOOK_EVERY)
            return 0, '{"rows": null}\n'

        keys = {
            "control": self.on.secrets.control_key.with_suffix(".pub"),
            "epoch": self.on.secrets.epoch_key.with_suffix(".pub"),
            "refuse": self.on.secrets.refuse_key.with_suffix(".pub"),
        }
        at, own = str(host.management.ip), self.on.secrets.host_key(host.name)
        self.ends.append(ssh.serve((at, self.on.ssh_port), own, keys, run))
        for port, answering in self._answering(host):
            self.ends.append(https.serve((at, port), self._tls(host), answering))

    def _tracing(self, host: Host, command: str, given: str) -> ssh.Ran | None:
        """Return what the program prints that writes tracers; None: another one is asked for."""
        if "dr.onhost.trace_main" not in command:
            return None
        with self.holding():
            if not self.world.truth.plant.seen(host.name):
                return 255, ""
        return 0, self.tracers.prints(command.split()[4:], given)

    def _answering(self, host: Host) -> Iterator[tuple[int, https.Answering]]:
        declared = self.world.truth.at(SERVICE).database.declared
        if host.name in [member.host for member in declared.members]:
            yield (
                patroni_port(declared.port),
                self._locked(host, lambda asked: patroni(self.world, host.name, asked)),
            )
        if host.name in self.on.network.voters:
            yield ETCD_CLIENT, self._locked(host, self._of_the_quorum(host))
        if host in self.on.network.hosts_with(Role.PROBE):
            key = SigningKey.kept_at(_probe_key(self.on.secrets))
            oath = Oath(self.on.network.environment, host.name, key)
            yield PROBE, self._locked(host, StubProbe(self.world, lambda: self.began, oath).answer)

    def _of_the_quorum(self, host: Host) -> https.Answering:
        def answer(asked: https.Asked) -> https.Reply:
            if not self.world.truth.quorum.reached_from(host.name):
                raise ConnectionAbortedError(f"{host.name} reaches no quorum")
            if asked.path.startswith(("/health", "/v3/cluster/")):
                return about_members(self.world, host.name, asked)
            show_keys(self.world, self.etcd)
            reply = self.etcd.answer(asked)
            obey(self.world, self.etcd.held)
            place_stores(self.world, self.etcd.held)
            return reply

        return answer

    def _locked(self, host: Host, answering: https.Answering) -> https.Answering:
        def answer(asked: https.Asked) -> https.Reply:
            with self.holding():
                if not self.world.truth.plant.seen(host.name):
                    raise ConnectionAbortedError(f"{host.name} does not answer")
                return answering(asked)

        return answer

    def _tls(self, host: Host) -> tls.SSLContext:
        files = self.on.secrets.host_certificate(host.name)
        context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        context.load_verify_locations(self.on.secrets.authority.certificate)
        context.verify_mode = tls.CERT_REQUIRED
        return context


@contextmanager
def stub_network(on: Ground, service: ServiceName, folder: Path) -> Iterator[StubNetwork]:
    """Yield a healthy network with ``service`` and its database alive in it.

    ``folder`` holds what hosts remember, and what time it is.
    """
    world = rehearsed(on.network, service)
    world.sleep(timedelta(seconds=3))  # so that the window of a run lies within what was written
    folder.mkdir(parents=True, exist_ok=True)
    clock = StubClock(folder / "clock")
    began, beginning = clock.now() - world.elapsed(), clock.elapsed() - world.elapsed()
    stub = StubNetwork(on, world, clock, began, beginning)
    try:
        stub.start(folder)
        yield stub
    finally:
        stub.goes_dark()


def _pin(secrets: Secrets, network: Network, port: int) -> None:
    text = secrets.known_hosts.read_text("utf-8")
    for host in network.hosts:
        text = text.replace(f"{host.management.ip},", f"[{host.management.ip}]:{port},")
    secrets.known_hosts.write_text(text, "utf-8")


def _probe_key(secrets: Secrets) -> Path:
    """Return where the key is that a real probe keeps on its host."""
    return secrets.path("key-of-the-probe")


def _free_port(address: IPv4Address) -> int:
    with socket.create_server((str(address), 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
