"""What the disk of a leader says of a copy that it does not know."""

from __future__ import annotations

from access.host_access import Access
from access.secrets import Secrets
from dr.logs.seam import Seam
from inventory.names import DatabaseName, HostName
from inventory.network import Network


def seam_reading(
    network: Network,
    secrets: Secrets,
    database: DatabaseName,
    leader: HostName,
    timeline: int,
    position: int,
) -> Seam:
    """Return how the log of ``leader`` goes on at ``position`` of ``timeline``.

    Raises:
        NotSeen: nothing tells.
    """
    from dr.live.programs import Programs  # noqa: PLC0415 - paramiko: rarely needed here

    access = Access(secrets.control_key, secrets.known_hosts)
    return Programs(network, access).seam(database, leader, timeline, position)
