"""With what a host is reached over SSH, whoever speaks it: a library, or the system's ssh."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inventory.endpoints import SSH
from inventory.network import Host


@dataclass(frozen=True, slots=True)
class Access:
    """How a host knows us (the key and the user), and how we know the host (its pinned key)."""

    key: Path
    """private key, OpenSSH format"""
    known_hosts: Path
    """every host's key by management address, as OpenSSH reads it"""
    user: str = "root"
    port: int = SSH

    def known_as(self, host: Host) -> str:
        """Return what ``known_hosts`` calls ``host``."""
        address = str(host.management.ip)
        return address if self.port == SSH else f"[{address}]:{self.port}"
