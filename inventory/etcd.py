"""The keys of etcd, and the accounts that may read or write them. Pure.

Every caller shows a certificate of the environment. A password proves which of the
accounts below the caller is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inventory.names import DatabaseName, EnvironmentName
from inventory.network import Network

ROOT: Final = "root"
"""the user and role that may change accounts; the name is etcd's own"""
CONTROL: Final = "control"
"""the control plane: plans, runs, status"""
AGENT: Final = "agent"
"""on hosts that may serve: obeys what is recorded, records nothing"""


@dataclass(frozen=True, slots=True)
class Grant:
    """Every key under ``prefix`` may be read and, if ``writes``, changed."""

    prefix: str
    writes: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One user of etcd, with a role of the same name that is nobody else's."""

    name: str
    grants: tuple[Grant, ...]


def password_name(account: str) -> str:
    """Return what the password of ``account`` is called among secrets, here and on hosts."""
    return f"etcd-{account}"


def placements(environment: EnvironmentName) -> str:
    """Return what the key of each placement record begins with."""
    return f"/ndc/{environment}/placement/"


def claims(environment: EnvironmentName) -> str:
    """Return what the key of each claim on a workload begins with."""
    return f"/ndc/{environment}/claim/"


def claim_on(environment: EnvironmentName, database: DatabaseName) -> str:
    """Return the key of the claim that covers ``database`` and every service on it."""
    return f"{claims(environment)}{database}"


def runs(environment: EnvironmentName) -> str:
    """Return what the key of each record of a run's journal begins with."""
    return f"/ndc/{environment}/runs/"


def patroni_namespace(environment: EnvironmentName) -> str:
    """Return what the keys of every Patroni begin with; its scope, the database, is next."""
    return f"/ndc/{environment}/patroni/"


def patroni(environment: EnvironmentName, database: DatabaseName) -> str:
    """Return what Patroni's keys for ``database`` begin with: its namespace and scope."""
    return f"{patroni_namespace(environment)}{database}/"


def patroni_order(environment: EnvironmentName, database: DatabaseName) -> str:
    """Return the key in which the leader of ``database`` finds an order to hand over."""
    return f"{patroni(environment, database)}failover"


def patroni_facts(environment: EnvironmentName, database: DatabaseName) -> tuple[str, str]:
    """Return the keys that say who leads ``database``, and for whom its commits wait."""
    keys = patroni(environment, database)
    return f"{keys}leader", f"{keys}sync"


def patroni_account(database: DatabaseName) -> str:
    """Return what the Patronis of ``database`` are called among etcd's users."""
    return f"patroni-{database}"


def accounts(network: Network) -> Iterator[Account]:
    """Yield every account. An account may touch the keys that its program needs, and no more."""
    environment = network.environment
    prefixes = (placements(environment), claims(environment))
    changed = [*prefixes, runs(environment)]
    looked_at: list[str] = []
    for database in network.databases:
        leading, synchronous = patroni_facts(environment, database.name)
        changed += [patroni_order(environment, database.name), leading]
        looked_at.append(synchronous)
    yield Account(
        CONTROL,
        (*(Grant(p, writes=True) for p in changed), *(Grant(p, writes=False) for p in looked_at)),
    )
    yield Account(AGENT, tuple(Grant(p, writes=False) for p in prefixes))
    for database in network.databases:
        keys = patroni(environment, database.name)
        yield Account(patroni_account(database.name), (Grant(keys, writes=True),))
