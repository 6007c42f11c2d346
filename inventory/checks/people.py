"""Who may work on the network, and who may come in."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.documents import Document
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.network import Role
from inventory.problems import Problem, listed


def people(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem where nobody may operate, or no citizen can come in."""
    if not any("operate" in operator.roles for operator in inventory.operators.values()):
        yield Problem(
            document.key_at("operators"),
            "NDC-E0812",
            "nobody may operate the network",
            expected="an operator with role operate",
            actual=listed(inventory.operators),
            next_step="declare one below `operators:`",
        )
    for profile in inventory.profiles if inventory.services else ():
        hosts = hosts_of(inventory, profile)
        if hosts and not any(Role.ACCESS in host.roles for host in hosts):
            yield Problem(
                document.key_at("profiles", profile),
                "NDC-E0813",
                f"citizens cannot come in under profile {profile}",
                expected="a host with role access",
                actual=listed({role for host in hosts for role in host.roles}),
                next_step="give the role to a host where citizens enter the network",
            )
