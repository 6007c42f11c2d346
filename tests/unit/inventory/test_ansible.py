"""The network as Ansible's inventory."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from inventory.ansible import ansible_inventory
from inventory.host_units import roles_of
from inventory.network import Role
from inventory.network_text import network_from_json, network_to_plain
from tests.networks import network


def _told(variables: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what Ansible reads: the inventory, each marked text as the text that it is."""
    told: dict[str, Any] = _read(ansible_inventory(network(), variables or {}))["all"]
    return told


def _read(value: Any) -> Any:
    match value:
        case {"__ansible_unsafe": text}:
            return text
        case dict():
            return {key: _read(inner) for key, inner in value.items()}
        case list():
            return [_read(inner) for inner in value]
        case _:
            return value


def _bare_texts(value: Any) -> list[str]:
    """Return the texts in ``value`` that Ansible would evaluate."""
    match value:
        case {"__ansible_unsafe": _}:
            return []
        case dict():
            return [text for inner in value.values() for text in _bare_texts(inner)]
        case list():
            return [text for inner in value for text in _bare_texts(inner)]
        case _:
            return [value] if isinstance(value, str) else []


def test_no_text_of_the_inventory_is_a_template() -> None:
    assert _bare_texts(ansible_inventory(network(), {"ndc_wheel_digest": "{{ 1 }}"})) == []


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_what_is_written_is_read_back(profile: str) -> None:
    text = json.dumps(network_to_plain(network(profile)))

    assert network_from_json(text, "network.json") == network(profile)


def test_every_host_is_in_the_groups_of_its_roles_and_of_its_site() -> None:
    groups = _told()["children"]

    for host in network().hosts:
        inside = {name for name, group in groups.items() if host.name in group["hosts"]}
        assert inside == {*roles_of(host), f"site_{host.site}"}


@pytest.mark.parametrize(
    ("role", "carried"),
    [
        (Role.BORDER, {"exporter", "detour"}),
        (Role.ACCESS, {"exporter"}),
        (Role.VOTER, {"etcd"}),
        (Role.DATABASE, {"database", "heartbeat"}),
        (Role.SERVICE, {"haproxy", "portal", "agent"}),
        (Role.MONITOR, {"exporter", "prometheus", "alertmanager", "controller"}),
        (Role.PROBE, {"probe"}),
    ],
)
def test_a_host_carries_what_its_roles_need_and_no_more(role: Role, carried: set[str]) -> None:
    host = replace(network().hosts[0], roles=frozenset({role}))

    assert set(roles_of(host)) == {"base", "router", "programs", "node_exporter", "time", *carried}


def test_no_host_carries_a_role_twice() -> None:
    for host in network().hosts:
        assert len(roles_of(host)) == len(set(roles_of(host)))


def test_hosts_are_reached_by_management() -> None:
    hosts = _told()["hosts"]

    assert {name: told["ansible_host"] for name, told in hosts.items()} == {
        host.name: str(host.management.ip) for host in network().hosts
    }


def test_the_callers_variables_hold_for_all() -> None:
    told = _told({"ndc_wheel_digest": "abc"})

    assert told["vars"]["ndc_wheel_digest"] == "abc"


def test_templates_find_every_host_by_its_name() -> None:
    told = _told()["vars"]

    assert told["ndc_network"] == network_to_plain(network())
    assert told["ndc_hosts"] == {host["name"]: host for host in told["ndc_network"]["hosts"]}
    assert set(told["ndc_hosts"]) == {host.name for host in network().hosts}


def test_templates_find_every_port_by_the_name_of_its_program() -> None:
    told = _told()["vars"]["ndc_ports"]

    programs = {"ssh", "bgp", "https", "etcd_client", "etcd_peer", "prometheus"}
    programs |= {"alertmanager", "alertmanager_peer", "node_exporter", "exporter", "probe", "time"}
    programs |= {"tallies"}
    assert set(told) == programs | {"databases", "patronis"}
