"""What tests and benchmarks share that take whole sites away."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW
from tests.lab.terminal import Terminal


def hosts_at(lab: Terminal, sites: Collection[str]) -> list[str]:
    """Return the hosts at ``sites``."""
    hosts = lab.declared("hosts")
    return [host["host"] for host in hosts if host["site"] in sites]


@contextmanager
def lost(lab: Terminal, hosts: list[str]) -> Iterator[None]:
    """Let ``hosts`` have no power for as long as this lasts."""
    lab.done("lab", "kill", *hosts)
    try:
        yield
    finally:
        lab.done("lab", "start", *hosts, bound_seconds=300)


def put_away(lab: Terminal, host: str) -> None:
    """Remove what ``host`` keeps apart of stores, as whoever has seen to it does."""
    removed = lab.on(host, "sh", "-c", "btrfs subvolume delete /srv/pools/*/.apart/*/*")
    assert removed.code == 0, removed.stderr


def copies_apart(lab: Terminal) -> list[tuple[str, str]]:
    """Return database and host of all copies that returned, once each stays apart.

    Each keeps what it wrote that the new leader has not. Of what waited for the far copy citizens
    were told nothing; it stands in the log all the same.
    """
    return wait_until(CLOCK, lambda: _kept(lab), what="copies that stay apart", bound=2 * SLOW)


def copies_back(lab: Terminal, sites: Collection[str]) -> list[tuple[str, str]]:
    """Return database and host of those copies at ``sites`` that stay apart, once all are back.

    The others had nothing that the new leader has not, and follow it.
    """
    return wait_until(
        CLOCK, lambda: _back(lab, sites), what="copies that stay apart or follow", bound=2 * SLOW
    )


def _kept(lab: Terminal) -> list[tuple[str, str]] | None:
    said = _said_apart(lab)
    databases = lab.ndc("status", "--json").value["databases"]
    return said if len(said) == 2 * len(databases) else None


def _back(lab: Terminal, sites: Collection[str]) -> list[tuple[str, str]] | None:
    said = _said_apart(lab)
    copies = [
        (database["name"], member)
        for database in lab.ndc("status", "--json").value["databases"]
        for member in database["members"]
        if member["site"] in sites
    ]
    follow = [(name, one["host"]) for name, one in copies if one["state"] == "streaming"]
    return said if len({*said, *follow}) == len(copies) else None


def _said_apart(lab: Terminal) -> list[tuple[str, str]]:
    return sorted({*re.findall(r"ndc dr reseed (\S+) (\S+)", lab.ndc("status").stdout)})
