"""Who may have a Patroni change something, and how they prove it. Pure.

Whoever is let in by a host's firewall may look. A change needs three things: to come from an
address below, to show a certificate of the environment, and to know the database's password.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final

from inventory.names import DatabaseName
from inventory.network import Database, Network

USER: Final = "control"
"""what Patroni's one account for changes is called"""

LEASE: Final = timedelta(seconds=20)
"""how long a leader's lease lasts after each renewal; Patroni raises a shorter one to this"""
WRITES_END_BEFORE: Final = timedelta(seconds=2)
"""how long before the end of a lease that was not renewed its holder is kept from writing"""


def password_name(database: DatabaseName) -> str:
    """Return what the password of that account is called among secrets; it has no dot."""
    return f"patroni-{database}"


def changers(network: Network, database: Database) -> Iterator[IPv4Address]:
    """Yield the addresses from which the Patronis of ``database`` take changes."""
    yield network.operator_address.ip
    for name in dict.fromkeys(member.host for member in database.members):
        yield network.host(name).loopback
