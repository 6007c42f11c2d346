"""Ports: where every program of a host listens. Numbers live here and nowhere else."""

from __future__ import annotations

SSH = 22
BGP = 179
HTTPS = 443
"""nginx, on the service address"""
ETCD_CLIENT = 2379
ETCD_PEER = 2380
PROMETHEUS = 9090
ALERTMANAGER = 9093
ALERTMANAGER_PEER = 9094
NODE_EXPORTER = 9100
NDC_EXPORTER = 9200
PROBE = 9300
TIME = 9323
"""UDP: chronyd, where no right is needed to listen"""
TALLIES = 9324
"""UDP: what ndc-exporters at the two ends of a link tell each other"""
POWER = 9400
"""where the power of a lab's hosts is switched: on the operator's address, and on no host"""

FIXED = frozenset(
    {
        SSH,
        BGP,
        HTTPS,
        ETCD_CLIENT,
        ETCD_PEER,
        PROMETHEUS,
        ALERTMANAGER,
        ALERTMANAGER_PEER,
        NODE_EXPORTER,
        NDC_EXPORTER,
        PROBE,
        TIME,
        TALLIES,
    }
)
"""ports that no workload may be given"""


def leader_port(port: int) -> int:
    """Return where, on a host's own loopback interface, HAProxy leads to a database's leader.

    ``port`` is the database's own.
    """
    return port + 10_000


def patroni_port(port: int) -> int:
    """Return where the Patroni of a database listens; ``port`` is the database's own.

    A database at PostgreSQL's usual 5432 has its Patroni at the usual 8008. Members of
    two databases fit on one host.
    """
    return port + (8008 - 5432)
