"""Who may have a Patroni change something, and how they prove it. Pure.

Whoever is let in by a host's firewall may look. A change needs three things: to come from an
address below, to show a certificate of the environment, and to know the database's password.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

from inventory.names import DatabaseName
from inventory.network import Database, Network

USER: Final = "control"
"""what Patroni's one account for changes is called"""


def password_name(database: DatabaseName) -> str:
    """Return what the password of that account is called among secrets; it has no dot."""
    return f"patroni-{database}"


def changers(network: Network, database: Database) -> Iterator[IPv4Address]:
    """Yield the addresses from which the Patronis of ``database`` take changes."""
    yield network.operator_address.ip
    for name in dict.fromkeys(member.host for member in database.members):
        yield network.host(name).loopback
