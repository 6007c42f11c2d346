"""Two hosts and one link of a lab without the engine above it, and hands to test them with."""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from access.clients import http
from access.paths import Paths
from access.redfish import system_path
from access.secrets import Certificate, Secrets
from access.secrets.authority import Authority, Subject, Use
from access.tls import CONTROLLER
from core.clock import wait_until
from core.system_clock import SystemClock
from dr.live.power import RedfishPower
from dr.loss_doors import PowerDoor
from inventory.endpoints import POWER
from inventory.names import HostName, LinkName, PoolName, SegmentName, SiteName
from lab import machine
from lab.client import HostStatus, Labd, ignore
from lab.seed import fingerprint_of
from lab.status import PowerPortState
from lab.substrate import LabSubstrate
from ndc.settings import paths_of, settings
from stacks.resources import HostSpec, LinkEndSpec, LinkSpec, PoolSpec, SegmentSpec, Spec
from tests.lab.leftovers import Leftovers
from toolchain import build

ENVIRONMENT = os.environ.get("NDC_TEST_ENV", "suite") + "-labd"
CLOCK = SystemClock()
HANG = timedelta(seconds=30)
LINK = LinkSpec(
    name=LinkName("east-west"),
    a=LinkEndSpec(HostName("east-node"), "link1"),
    z=LinkEndSpec(HostName("west-node"), "link1"),
    delay_microseconds=3000,
    rate_bits_per_second=0,
    mtu_bytes=1500,
)
POOL = PoolSpec(PoolName("east-general"), HostName("east-node"), "/srv/pools/general", 2**28)
SEGMENTS = tuple(SegmentSpec(SegmentName(f"{s}-lan"), SiteName(s)) for s in ("east", "west"))


@dataclass(frozen=True)
class Bench:
    """Two hosts, and the hands of whoever tests them."""

    paths: Paths
    labd: Labd
    substrate: LabSubstrate
    hosts: tuple[HostSpec, HostSpec]
    number: int
    before: Leftovers

    @property
    def specs(self) -> tuple[Spec, ...]:
        """Everything that is there."""
        return (*SEGMENTS, POOL, LINK, *self.hosts)

    def host(self, name: str) -> HostStatus:
        """Return how a host is now."""
        return next(h for h in self.labd.status(start=True).hosts if h.name == name)

    def door(self, files: Certificate | None = None) -> PowerDoor:
        """Return the power of the hosts, as who holds ``files`` reaches it; None: control."""
        secrets, root = Secrets(self.paths.secrets), f"https://{_operator(self.number)}:{POWER}"
        own = files or secrets.client_certificate("control")
        tls = http.mutual_tls(secrets.authority.certificate, own.certificate, own.key)
        systems = {host.name: root + system_path(host.name) for host in self.hosts}
        return RedfishPower(systems, tls, CLOCK)

    def await_port(self) -> None:
        """Return when a daemon's power port is open."""

        def is_open() -> bool:
            return self.labd.status(start=True).power_port.state is PowerPortState.OPEN

        wait_until(CLOCK, is_open, what="the power port", bound=HANG)

    def on(self, host: HostSpec, *words: str) -> str:
        """Return what a command said on ``host``, reached with its pinned key."""
        command = [
            "ssh",
            *("-i", str(self.paths.secrets / "control_key")),
            *("-o", f"UserKnownHostsFile={self.paths.secrets / 'known_hosts'}"),
            *("-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"),
            f"root@{host.management.partition('/')[0]}",
        ]
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def address(self) -> None:
        """Give the link's ends their addresses, which die with a host's power."""
        for host, address in zip(self.hosts, ("198.19.100.0/31", "198.19.100.1/31"), strict=True):
            self.on(host, "ip", "addr", "replace", address, "dev", "link1")

    def fastest_ms(self, count: int = 100) -> float | None:
        """Return the shortest of ``count`` round trips over the link; None if there was none."""
        said = self.on(
            self.hosts[0],
            *("ping", "-n", "-q", "-i", "0.01", "-W", "1", "-c", str(count), "198.19.100.1"),
        )
        found = re.search(r"= ([\d.]+)/", said)
        return float(found.group(1)) if found else None

    def relay_pid(self) -> int:
        """Return the process that carries the link."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.paths.sockets / "relay.sock"))
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("3i", peer)[0])

    def await_link(self) -> None:
        """Return when a packet crosses the link."""
        wait_until(CLOCK, lambda: self.fastest_ms(1), what="the link", bound=HANG)


@contextmanager
def standing() -> Iterator[Bench]:
    """Yield a bench that stands; afterwards nothing of it is left."""
    before, paths = Leftovers.seen(), paths_of(ENVIRONMENT)
    shutil.rmtree(paths.root, ignore_errors=True)
    number, _ = machine.claim_number(ENVIRONMENT, paths.root)
    hosts = prepared(paths, number)
    at = paths.labd_socket
    bench = Bench(paths, Labd(at), LabSubstrate(at), hosts, number, before)
    try:
        made: tuple[Spec, ...] = (LINK, *SEGMENTS, POOL)
        for spec in made:
            bench.substrate.ensure(spec, ignore)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda host: bench.substrate.ensure(host, ignore), hosts))
        bench.address()
        yield bench
    finally:
        bench.labd.destroy()
        shutil.rmtree(paths.root)
        shutil.rmtree(paths.sockets)
        machine.release_number(ENVIRONMENT)


def _operator(number: int) -> IPv4Address:
    return IPv4Address(f"198.18.{number}.1")


def _certify(secrets: Secrets, number: int) -> None:
    """Issue what the power port needs, and a host that is none of its clients."""
    authority = Authority.ensure(secrets.authority, ENVIRONMENT, CLOCK)
    own, control = secrets.power_certificate, secrets.client_certificate("control")
    host = secrets.host_certificate(HostName("east-node"))
    for subject in (
        Subject(own, "power", frozenset({Use.SERVER}), addresses=(_operator(number),)),
        Subject(control, "control", frozenset({Use.CLIENT}), roles=(CONTROLLER,)),
        Subject(host, "east-node", frozenset(Use), dns_names=("east-node",)),
    ):
        authority.ensure_certificate(subject)


def _key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path.with_suffix(".pub").read_text("ascii")


def prepared(paths: Paths, number: int) -> tuple[HostSpec, HostSpec]:
    """Make keys, and return the hosts that are to have them."""
    _key(paths.secrets / "control_key")
    _certify(Secrets(paths.secrets), number)
    image = build.ensure_image(settings().cache, ignore).digest
    made, known = [], ""
    for octet, site in enumerate(("east", "west"), start=11):
        name = HostName(f"{site}-node")
        public = _key(paths.secrets / "hosts" / name / "ssh_host_ed25519_key")
        known += f"198.18.{number}.{octet} {public}"
        made.append(
            HostSpec(
                name=name,
                site=SiteName(site),
                segment=SegmentName(f"{site}-lan"),
                management=f"198.18.{number}.{octet}/24",
                image=image,
                host_key=fingerprint_of(public),
            )
        )
    (paths.secrets / "known_hosts").write_text(known)
    return made[0], made[1]
