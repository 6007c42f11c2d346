"""What the lab's daemon says, as the snapshot wants to hear it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, assert_never

from inventory.names import HostName, LinkName
from lab.client import HostStatus, Labd, LinkStatus
from monitors.health.snapshot import LinkState, Power
from monitors.look.look import SubstrateReading
from monitors.look.readings import PowerReading


def substrate_reading(socket: Path) -> SubstrateReading:
    """Return the power of every host and what was done to every link of the lab.

    Raises:
        Rejected: no daemon serves the environment; its hosts are down.
        Unreachable: it did not answer.
    """
    status = Labd(socket).status()
    return SubstrateReading(
        power={HostName(host.name): _power(host) for host in status.hosts},
        links={LinkName(link.name): _link(link) for link in status.links},
    )


def _power(host: HostStatus) -> PowerReading:
    match host.state:
        case "running":
            power = Power.RUNNING
        case "frozen":
            power = Power.FROZEN
        case "off" | "half-made":
            power = Power.OFF
        case _:
            assert_never(host.state)
    return PowerReading(power, host.since)


def _link(link: LinkStatus) -> LinkState:
    states: dict[Literal["up", "cut", "silent", "lossy", "slow", "unplugged"], LinkState] = {
        "up": LinkState.UP,
        "cut": LinkState.CUT,
        "silent": LinkState.SILENT,
        "lossy": LinkState.LOSSY,
        "slow": LinkState.SLOW,
        "unplugged": LinkState.DOWN,
    }
    return states[link.state]
