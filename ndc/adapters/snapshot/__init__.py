"""Takes snapshots of a running environment: look around, then make sense of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from inventory.network import Network
from ndc.adapters.secrets.folder import Secrets
from ndc.adapters.snapshot.assemble import assemble
from ndc.adapters.snapshot.look import Sources, look_around
from ndc.adapters.snapshot.sightings import Sightings, recalled, remember
from ndc.clients.json_get import mutual_tls
from ndc.kernel.clock import Clock
from tui.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Looks at one environment, as its control plane; changes nothing in it."""

    network: Network
    secrets: Secrets
    sources: Sources
    memory: Path
    """the file that remembers when each thing was last seen"""
    clock: Clock

    def take(self) -> Snapshot:
        """Return what is seen now; at most a little over one second passes.

        Raises:
            Rejected: the environment has no certificates yet.
        """
        client = self.secrets.client_certificate("control")
        tls = mutual_tls(self.secrets.authority.certificate, client.certificate, client.key)
        readings = asyncio.run(look_around(self.network, tls, self.sources))
        now = self.clock.now()
        sightings = Sightings(recalled(self.memory), now)
        snapshot = assemble(self.network, readings, sightings, now)
        remember(self.memory, sightings.last())
        return snapshot
