"""Which roles of the playbooks a host carries, and so which units run on it for good. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from inventory.names import ServiceName, StoreName
from inventory.network import Host, Network, Role

_EVERYWHERE: Final = ("base", "router", "programs", "node_exporter", "time")
_BY_ROLE: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.BORDER: ("exporter", "detour"),
    Role.ACCESS: ("exporter",),
    Role.VOTER: ("etcd",),
    Role.DATABASE: ("database", "heartbeat"),
    Role.STORAGE: ("storage", "agent"),
    Role.SERVICE: ("haproxy", "portal", "agent"),
    Role.MONITOR: ("exporter", "prometheus", "alertmanager", "controller"),
    Role.PROBE: ("probe",),
}
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "base": (
        *("nftables", "ndc-sysctl", "systemd-networkd"),
        *("systemd-journald", "systemd-journal-flush", "ssh"),
    ),
    "router": ("frr",),
    "node_exporter": ("prometheus-node-exporter",),
    "time": ("ndc-time",),
    "exporter": ("ndc-exporter",),
    "detour": ("ndc-detour",),
    "etcd": ("etcd",),
    "heartbeat": ("ndc-heartbeat",),
    "storage": ("ndc-storage",),
    "haproxy": ("haproxy",),
    "portal": ("nginx",),
    "agent": ("ndc-agent",),
    "controller": ("ndc-controller",),
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager",),
    "probe": ("ndc-probe",),
}
"""those that are the same on each host that carries the role"""


def roles_of(host: Host) -> tuple[str, ...]:
    """Return the roles of the playbooks that ``host`` carries, in the order of application."""
    special = [role for kind in Role if kind in host.roles for role in _BY_ROLE.get(kind, ())]
    return tuple(dict.fromkeys((*_EVERYWHERE, *special)))


def application_unit(service: ServiceName) -> str:
    """Return the unit of the application behind ``service``."""
    return f"ndc-reference-{service}.service"


def store_unit(store: StoreName) -> str:
    """Return what serves ``store`` where it is placed, and waits elsewhere; without its suffix."""
    return f"ndc-store-{store}"


def units_of(network: Network, host: Host) -> tuple[str, ...]:
    """Return the units that are to run on ``host`` all the time, with their suffix."""
    return tuple(_names(network, host))


def _names(network: Network, host: Host) -> Iterator[str]:
    for role in roles_of(host):
        yield from (f"{name}.service" for name in _UNITS.get(role, ()))
    databases = network.databases_on(host.name)
    if databases:
        yield "ndc-lease.service"
    for database in databases:
        yield f"patroni-{database.name}.service"
    for service in network.services_on(host.name):
        yield application_unit(service.name)
    for store in network.stores_on(host.name):
        yield f"{store_unit(store.name)}.path"
        yield f"{store_unit(store.name)}-ends.path"
