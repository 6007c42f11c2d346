"""Where everything of one environment is. Naming a place makes nothing there.

An environment's folder holds everything that is its own and nothing else:

    environment.json   number, profile, inventory, substrate
    allocations.yaml   numbers given to sites, hosts and links, for good
    network.json       the network that runs: what ``ndc up`` last set out to build
    secrets/           0700: authority, keys, passwords
    pulumi/            state of what exists
    lab/               labd's state and the hosts' overlays
    ansible/           one private data directory per play
    runs/              journals and reports
    drills/            what drills take away, and what they came to
    log/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inventory.names import EnvironmentName

NAMES: Final = re.compile(r"[a-z][a-z0-9-]{0,20}")
"""what an environment may be called: its name is part of paths"""


@dataclass(frozen=True, slots=True)
class Paths:
    """Every file and folder of one environment; no other module joins such a path."""

    home: Path
    """the checkout: holds var/ and playbooks/"""
    environment: EnvironmentName

    @property
    def root(self) -> Path:
        """The environment's folder."""
        return self.home / "var" / self.environment

    @property
    def playbooks(self) -> Path:
        """Ansible's content."""
        return self.home / "playbooks"

    @property
    def sockets(self) -> Path:
        """Sockets and process ids; gone after a reboot of the machine."""
        return Path("/run/ndc") / self.environment

    @property
    def labd_socket(self) -> Path:
        """Where ``ndc-labd`` listens."""
        return self.sockets / "labd.sock"

    @property
    def description(self) -> Path:
        """What kind of environment this is."""
        return self.root / "environment.json"

    @property
    def lock(self) -> Path:
        """Held by the one command that changes the environment."""
        return self.root / "lock"

    @property
    def allocations(self) -> Path:
        """Numbers given to sites, hosts and links."""
        return self.root / "allocations.yaml"

    @property
    def declared_digest(self) -> Path:
        """What the inventory meant when it was last read; safe to delete."""
        return self.root / "declared-digest"

    @property
    def network(self) -> Path:
        """The network that runs; not there while none does."""
        return self.root / "network.json"

    @property
    def secrets(self) -> Path:
        """Keys and passwords; 0700."""
        return self.root / "secrets"

    @property
    def pulumi(self) -> Path:
        """State backend and work folders of the engine."""
        return self.root / "pulumi"

    @property
    def lab(self) -> Path:
        """State of ``ndc-labd`` and the overlays of its hosts."""
        return self.root / "lab"

    @property
    def ansible(self) -> Path:
        """One private data directory per play."""
        return self.root / "ansible"

    @property
    def runs(self) -> Path:
        """Journals and reports."""
        return self.root / "runs"

    @property
    def drills(self) -> Path:
        """What drills take away, and what they came to."""
        return self.root / "drills"

    @property
    def log(self) -> Path:
        """Structured logs, a file a process."""
        return self.root / "log"
