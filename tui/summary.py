"""What ``ndc up`` ends with: what is there, where to look, what to try."""

from __future__ import annotations

from core.host_paths import AUTHORITY
from inventory.network import Network, Role
from monitors.health.snapshot import Snapshot
from tui.status_text import status_text


def summary(network: Network, snapshot: Snapshot) -> str:
    """Return the state of the network and the lines to copy."""
    option = "" if network.environment == "lab" else f" --env {network.environment}"
    return "\n".join(
        [status_text(snapshot), "", "to look at, and to try:", *_lines(network, option)]
    )


def _lines(network: Network, option: str) -> list[str]:
    lines = [f"    ndc{option} status", f"    ndc{option} tui"]
    doors = network.hosts_with(Role.ACCESS)
    for service in network.services:
        if doors:
            url = f"https://{service.address}/"
            lines.append(
                f"    ndc{option} ssh {doors[0].name} -- curl -s --cacert {AUTHORITY} {url}"
            )
        if service.refuges:
            lines.append(f"    ndc{option} dr switchover {service.name} --to {service.refuges[0]}")
    if network.links:
        lines.append(f"    ndc{option} lab cut {network.links[0].name}")
    return [*lines, f"    ndc{option} down"]
