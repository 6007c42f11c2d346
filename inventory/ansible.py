"""The network as Ansible's inventory: which host carries which roles, and what templates may ask.

A role of the playbooks is a noun, narrower than ``Role``: a database host
carries ``database`` and ``heartbeat``. Nothing here is secret, and nothing is a template: Ansible
evaluates what an inventory says, so every text is marked as not to be evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from core.host_paths import places
from inventory import endpoints
from inventory.contents import Contents, contents_of
from inventory.host_units import roles_of, units_of
from inventory.network import Network
from inventory.network_text import network_to_plain

_CONTENTS = TypeAdapter(Contents)


def ansible_inventory(network: Network, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the inventory, JSON-ready: a group per role and per site, ``variables`` for all."""
    plain = network_to_plain(network)
    hosts = {host["name"]: _host_variables(network, host) for host in plain["hosts"]}
    return {
        "all": {
            "hosts": _inert(hosts),
            "vars": _inert(
                {
                    **variables,
                    "ndc_network": plain,
                    "ndc_hosts": {host["name"]: host for host in plain["hosts"]},
                    "ndc_ports": _ports(network),
                    "ndc_paths": places(),
                }
            ),
            "children": _groups(network),
        }
    }


def _inert(value: Any) -> Any:
    """Return ``value`` as Ansible's JSON names it when no text in it is a template."""
    match value:
        case str():
            return {"__ansible_unsafe": value}
        case Mapping():
            return {key: _inert(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_inert(inner) for inner in value]
        case _:
            return value


def _host_variables(network: Network, plain: dict[str, Any]) -> dict[str, Any]:
    host = network.host(plain["name"])
    return {
        "ansible_host": str(host.management.ip),
        "ndc_host": plain,
        "ndc_roles": list(roles_of(host)),
        "ndc_units": list(units_of(network, host)),
        "ndc_contents": _CONTENTS.dump_python(contents_of(network, host), mode="json"),
    }


def _groups(network: Network) -> dict[str, Any]:
    members: dict[str, list[str]] = {}
    for host in network.hosts:
        for group in (*roles_of(host), f"site_{host.site.replace('-', '_')}"):
            members.setdefault(group, []).append(host.name)
    return {group: {"hosts": dict.fromkeys(names)} for group, names in sorted(members.items())}


def _ports(network: Network) -> dict[str, int | list[int]]:
    databases = [database.port for database in network.databases]
    return {
        "ssh": endpoints.SSH,
        "bgp": endpoints.BGP,
        "https": endpoints.HTTPS,
        "etcd_client": endpoints.ETCD_CLIENT,
        "etcd_peer": endpoints.ETCD_PEER,
        "prometheus": endpoints.PROMETHEUS,
        "alertmanager": endpoints.ALERTMANAGER,
        "alertmanager_peer": endpoints.ALERTMANAGER_PEER,
        "node_exporter": endpoints.NODE_EXPORTER,
        "exporter": endpoints.NDC_EXPORTER,
        "probe": endpoints.PROBE,
        "time": endpoints.TIME,
        "tallies": endpoints.TALLIES,
        "databases": databases,
        "patronis": [endpoints.patroni_port(port) for port in databases],
    }
