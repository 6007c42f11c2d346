"""The yardstick of derivation: what ``netlab create`` needs for a network of the same shape.

netlab is no part of the house; uv fetches it where the benchmark runs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

from core.surroundings import surroundings

_VERSION: Final = "networklab==26.10"
_BOUND_SECONDS: Final = 900


def netlab_seconds(sites: int, hosts: int) -> float:
    """Return seconds of CPU: from a declared topology to the addresses and variables of hosts.

    Raises:
        OSError: it could not be fetched, or refused the topology.
    """
    with tempfile.TemporaryDirectory() as name:
        Path(name, "topology.yml").write_text(yaml.safe_dump(_topology(sites, hosts)), "utf-8")
        _run(name, "version")
        before = _children()
        _run(name, "create", "topology.yml")
        return _children() - before


def _run(folder: str, *words: str) -> None:
    """Run netlab in ``folder``, which it writes to."""
    uv = [sys.executable, "-m", "uv", "tool", "run", "--from", _VERSION]
    done = subprocess.run(
        [*uv, "netlab", *words],
        cwd=folder,
        env=surroundings(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=_BOUND_SECONDS,
    )
    if done.returncode:
        raise OSError(f"netlab {words[0]}: {done.stderr[-400:] or done.stdout[-400:]}")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _topology(sites: int, hosts: int) -> dict[str, Any]:
    """Return ``sites`` in a ring, two links between neighbours, each with a LAN of its hosts."""
    nodes = {
        f"s{site:03}h{host}": {"bgp.as": 65000 + site}
        for site in range(sites)
        for host in range(hosts)
    }
    lans = [
        {"interfaces": [{"node": f"s{site:03}h{host}"} for host in range(hosts)]}
        for site in range(sites)
    ]
    pairs = [
        {"interfaces": [{"node": f"s{site:03}h{end}"}, {"node": f"s{(site + 1) % sites:03}h{end}"}]}
        for site in range(sites)
        for end in (0, 1)
    ]
    return {
        "provider": "external",
        "defaults.device": "frr",
        "defaults.devices.frr.external.image": "none",
        "module": ["bgp"],
        "nodes": nodes,
        "links": lans + pairs,
    }
