"""What a voter answers about itself and about who votes, from the truth of a simulated world."""

from __future__ import annotations

from dr.simulation.votes import SimulatedVotes
from dr.simulation.world import World
from inventory.endpoints import ETCD_PEER
from inventory.names import HostName
from tests.stubs.https import Asked, Reply


def about_members(world: World, host: HostName, asked: Asked) -> Reply:
    """Return the answer of the voter on ``host``."""
    votes, quorum = SimulatedVotes(world.truth), world.truth.quorum
    if asked.path == "/health":
        well = host in quorum.majority()
        return (200, {"health": "true"}) if well else (503, {"health": "false"})
    if asked.path == "/v3/cluster/member/remove":
        gone = next((name for name, own in votes.votes().items() if own == asked.body["ID"]), None)
        if gone is None:
            return 404, {"error": "etcdserver: member not found"}
        votes.retire(gone, asked.body["ID"])
    return 200, {
        "members": [
            {
                "ID": number,
                "name": name,
                "peerURLs": [f"https://{world.truth.network.host(name).loopback}:{ETCD_PEER}"],
            }
            for name, number in votes.votes().items()
        ]
    }
