"""Inventories of any size: a ring of sites with two links between neighbours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import cast

import yaml

_SECTIONS = """
network: { default_profile: any, autonomous_system_base: 4200000000, synchronous_rtt_ms: 5 }
pools:
  management: 198.18.0.0/16
  loopbacks: 198.19.0.0/19
  lans: 198.19.32.0/19
  links: 198.19.100.0/22
  services: 198.19.255.0/24
regions: { one: { title: One }, other: { title: Other } }
failure_policy: { any_site: true }
operators: { an: { title: On duty, roles: [operate] } }
"""

_WIDE_POOLS = {
    "management": "198.18.0.0/16",
    "loopbacks": "10.64.0.0/12",
    "lans": "10.128.0.0/12",
    "links": "10.192.0.0/16",
    "services": "10.200.0.0/22",
}


def ring(names: Collection[str], hosts: Sequence[str] = ("edge", "node")) -> dict[str, object]:
    """Return the sections of an inventory with those sites, each with those hosts."""
    order = sorted(names)
    sections: dict[str, object] = yaml.safe_load(_SECTIONS)
    sections["profiles"] = {
        "any": {"title": "Any", "kinds": {"centre": {host: ["border"] for host in hosts}}}
    }
    sections["sites"] = {
        name: {
            "title": name.upper(),
            "kind": "centre",
            "region": "one",
            "latitude": 16.0,
            "longitude": 108.0,
        }
        for name in order
    }
    sections["links"] = {
        f"{a}-{z}-{which}": {
            "ends": [a, z],
            "rtt_ms": 10,
            "carrier": "carrier",
            "ducts": [f"duct-{a}-{z}-{which}"],
            "shared_risks": [],
        }
        for a, z in _neighbours(order)
        for which in (1, 2)
    }
    return sections


def as_text(sections: dict[str, object]) -> dict[str, str]:
    """Return ``sections`` as one declared file."""
    return {"all.yaml": yaml.safe_dump(sections, sort_keys=False)}


def country(sites: int, hosts: int) -> dict[str, object]:
    """Return the sections of an inventory of ``sites`` with ``hosts`` each that serve something.

    There are three sites or more, with four hosts or more each. Every second site is the home of
    a service, with refuges at the next two; five vote.
    """
    names = [f"site{number:03}" for number in range(sites)]
    sections = ring(names)
    sections["pools"] = _WIDE_POOLS
    sections["tiers"] = {
        "T1": {"title": "Daily", "recovery_time": "15 min", "recovery_point": "30 s", "basis": "-"}
    }
    voters = {name: {"node0": ["voter"]} for name in names[:: max(1, sites // 5)][:5]}
    sections["profiles"] = {
        "any": {"title": "Any", "kinds": {"centre": _roles(hosts)}, "additions": voters}
    }
    links = cast("dict[str, dict[str, object]]", sections["links"])
    sections["links"] = {name: entry | {"rtt_ms": 1} for name, entry in links.items()}
    places = [[names[(n + step) % sites] for step in range(3)] for n in range(0, sites, 2)]
    sections["databases"] = {
        f"data-{home}": {
            "title": "Data",
            "tier": "T1",
            "home": home,
            "synchronous": [home, near],
            "asynchronous": [far],
            "last_copy": "continue",
            "port": 5432 + number,
        }
        for number, (home, near, far) in enumerate(places)
    }
    sections["services"] = {
        f"serve-{home}": {
            "title": "Service",
            "tier": "T1",
            "home": home,
            "refuges": refuges,
            "database": f"data-{home}",
            "port": 10000 + number,
        }
        for number, (home, *refuges) in enumerate(places)
    }
    return sections


def _roles(hosts: int) -> dict[str, list[str]]:
    """Return two border routers, and hosts that take turns at data and at serving it."""
    turns = (["database"], ["service", "monitor"])
    nodes = {f"node{number}": turns[number % 2] for number in range(hosts - 2)}
    return {"edge1": ["border", "access"], "edge2": ["border"], **nodes}


def _neighbours(order: list[str]) -> list[tuple[str, str]]:
    pairs = zip(order, order[1:] + order[:1], strict=True)
    return sorted({(min(pair), max(pair)) for pair in pairs if len(order) > 1})
