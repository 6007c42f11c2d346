"""What the lab's daemon says, as the snapshot wants to hear it."""

from __future__ import annotations

from pathlib import Path

from inventory.names import HostName, LinkName
from lab.client import Labd
from monitors.look.readings import PowerReading
from monitors.look.sources import SubstrateReading


def substrate_reading(socket: Path) -> SubstrateReading:
    """Return the power of every host and what was done to every link of the lab.

    Raises:
        Rejected: no daemon serves the environment; its hosts are down.
        Unreachable: it did not answer.
    """
    status = Labd(socket).status()
    return SubstrateReading(
        power={HostName(host.name): PowerReading(host.state, host.since) for host in status.hosts},
        links={LinkName(link.name): link.state for link in status.links},
    )
