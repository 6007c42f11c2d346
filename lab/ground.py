"""The folders, the names and the clock of one environment's lab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.clock import Clock
from lab.names import Names


@dataclass(frozen=True, slots=True)
class PortFiles:
    """What a TLS server trusts and shows, PEM."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Ground:
    """What ``ndc-labd`` is started with; everything that it touches is below, or in ``names``."""

    environment: str
    names: Names
    folder: Path
    """state, the hosts' overlays, storage pools"""
    secrets: Path
    """the control plane's keys, and those of the hosts"""
    images: Path
    """golden images: a folder for each digest, with ``root`` in it"""
    sockets: Path
    """folder of sockets; gone after a reboot of the machine"""
    log: Path
    clock: Clock

    @property
    def hosts(self) -> Path:
        """One folder a host."""
        return self.folder / "hosts"

    @property
    def pools(self) -> Path:
        """One folder a storage pool."""
        return self.folder / "pools"

    @property
    def state(self) -> Path:
        """What is recorded before it is made."""
        return self.folder / "state.json"

    @property
    def wires(self) -> Path:
        """What the relay is to carry."""
        return self.folder / "wires.json"

    @property
    def power_port(self) -> PortFiles:
        """What the power port trusts and shows; made by ``ndc up``, as all secrets are."""
        own = self.secrets / "ports" / "power"
        return PortFiles(self.secrets / "ca.crt", own / "tls.crt", own / "tls.key")

    @property
    def relay_socket(self) -> Path:
        """Where the relay listens."""
        return self.sockets / "relay.sock"

    @property
    def labd_socket(self) -> Path:
        """Where ``ndc-labd`` listens."""
        return self.sockets / "labd.sock"
