"""Two hosts and one link of a lab without the engine above it, and hands to test them with."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from access.paths import Paths
from core.clock import wait_until
from core.system_clock import SystemClock
from inventory.names import HostName, LinkName, SegmentName, SiteName
from lab.client import HostStatus, Labd, ignore
from lab.seed import fingerprint_of
from lab.substrate import LabSubstrate
from ndc.settings import settings
from stacks.resources import HostSpec, LinkEndSpec, LinkSpec, SegmentSpec, Spec
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
        return (*SEGMENTS, LINK, *self.hosts)

    def host(self, name: str) -> HostStatus:
        """Return how a host is now."""
        return next(h for h in self.labd.status(start=True).hosts if h.name == name)

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


def _key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path.with_suffix(".pub").read_text("ascii")


def prepared(paths: Paths, number: int) -> tuple[HostSpec, HostSpec]:
    """Make keys, and return the hosts that are to have them."""
    _key(paths.secrets / "control_key")
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
                store_bytes=2**28 if site == "east" else 0,
            )
        )
    (paths.secrets / "known_hosts").write_text(known)
    return made[0], made[1]
