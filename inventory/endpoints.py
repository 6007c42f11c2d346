"""Ports: where every program of a host listens. Numbers live here and nowhere else."""

from __future__ import annotations

from inventory.network import Database

SSH = 22
BGP = 179
HTTPS = 443
"""nginx, on the service address"""
ETCD_CLIENT = 2379
ETCD_PEER = 2380
PATRONI = 8008
"""Patroni's REST"""
PROMETHEUS = 9090
NODE_EXPORTER = 9100
NDC_EXPORTER = 9200
PROBE = 9300

FIXED = frozenset(
    {
        SSH,
        BGP,
        HTTPS,
        ETCD_CLIENT,
        ETCD_PEER,
        PATRONI,
        PROMETHEUS,
        NODE_EXPORTER,
        NDC_EXPORTER,
        PROBE,
    }
)
"""ports that no workload may be given"""


def local_primary(database: Database) -> int:
    """Return the loopback port at which HAProxy leads to the leader of ``database``."""
    return local_primary_port(database.port)


def local_primary_port(port: int) -> int:
    """Return what ``local_primary`` returns for a database that listens at ``port``."""
    return port + 10_000
