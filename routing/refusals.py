"""Which service addresses a border router refuses for now, and from which sites. Pure.

A site that is given up may announce still. So every border of the others refuses what is no longer
served there: the route, wherever it came from, whose path begins at that site. All other routes to
the site stay: it is managed over them when it comes back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final, TypeAlias

from core.errors import JournalCorrupt
from core.formats import Format
from inventory.names import SiteName

Refusals: TypeAlias = Mapping[SiteName, frozenset[IPv4Address]]
"""service addresses by the site from which they are refused; a site without any may be absent"""

_LIST: Final = "REFUSED-"
NOBODYS: Final = "seq 1 deny 0.0.0.0/32"
"""the entry by which the list of a site is there while nothing is refused"""
FOR_NOW: Final = re.compile(rf"(?m)^ip prefix-list {_LIST}\S+ seq \d+ permit .*\n")
"""what a border was told to refuse, in its configuration"""


def list_of(origin: SiteName) -> str:
    """Return the name of the prefix list with what is refused from ``origin``."""
    return f"{_LIST}{origin}"


def origin_of(name: str) -> SiteName | None:
    """Return the site of the prefix list ``name``; None: it is another kind of list."""
    return SiteName(name.removeprefix(_LIST)) if name.startswith(_LIST) else None


def entry(origin: SiteName, address: IPv4Address) -> str:
    """Return the line of FRR by which ``address`` is refused from ``origin``."""
    return f"ip prefix-list {list_of(origin)} seq {int(address)} permit {address}/32"


def refusals_text(refusals: Refusals) -> str:
    """Return ``refusals`` as a border keeps them."""
    plain = {site: sorted(map(str, those)) for site, those in sorted(refusals.items()) if those}
    return Format.REFUSALS.text({"refused": plain}) + "\n"


def read_refusals(text: str, source: object) -> Refusals:
    """Return the refusals that ``text``, which is kept in ``source``, holds.

    Raises:
        JournalCorrupt: it holds none, or is of a format that is not read.
    """
    Format.REFUSALS.demand(text, source)
    try:
        return {
            SiteName(site): frozenset(map(IPv4Address, those))
            for site, those in json.loads(text)["refused"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JournalCorrupt(
            f"{source} is damaged: nobody knows what this router is to refuse",
            expected='{"format": 1, "refused": {"SITE": ["ADDRESS", …]}}',
            actual=text[:80],
            next_step="remove it, then `ndc dr admit` what waits, or plan again without it",
        ) from error
