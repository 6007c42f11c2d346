"""Inventories of any size: a ring of sites with two links between neighbours."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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


def _neighbours(order: list[str]) -> list[tuple[str, str]]:
    pairs = zip(order, order[1:] + order[:1], strict=True)
    return sorted({(min(pair), max(pair)) for pair in pairs if len(order) > 1})
