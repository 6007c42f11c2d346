"""The keys of etcd, and the accounts that may read or write them. Pure.

Every caller shows a certificate of the environment. A password proves which of the
accounts below the caller is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from inventory.endpoints import ETCD_CLIENT
from inventory.names import (
    DatabaseName,
    DrillName,
    EnvironmentName,
    HostName,
    PlacedName,
    ServiceName,
    SiteName,
    StoreName,
)
from inventory.network import Host, Network, Role
from inventory.placed import SERVING

ROOT: Final = "root"
"""the user and role that may change accounts; the name is etcd's own"""
CONTROL: Final = "control"
"""the control plane: plans, runs, status"""
AGENT: Final = "agent"
"""on hosts that may serve, one each: obeys what is recorded, and says whether it serves"""
CONTROLLER: Final = "controller"
"""on monitors, one each: says whom it sees, and does about the dead what is done by itself"""
EXPORTER: Final = "exporter"
"""on monitors, one each: tells of runs and drills, and changes nothing"""


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


def claim_on(environment: EnvironmentName, covered: DatabaseName | StoreName) -> str:
    """Return the key of the claim on a store, or on a database with every service on it."""
    return f"{claims(environment)}{covered}"


def exclusions(environment: EnvironmentName) -> str:
    """Return what the key of each host that is kept out begins with; the host is next."""
    return f"/ndc/{environment}/excluded/"


def runs(environment: EnvironmentName) -> str:
    """Return what the key of each record of a run's journal begins with."""
    return f"/ndc/{environment}/runs/"


def anchors(environment: EnvironmentName) -> str:
    """Return what the key of each anchor of a run begins with; the run is next, then a number."""
    return f"/ndc/{environment}/anchors/"


def windows(environment: EnvironmentName) -> str:
    """Return what the key of each window of a run begins with; run and service are next."""
    return f"/ndc/{environment}/windows/"


def drills(environment: EnvironmentName) -> str:
    """Return what the key of each word on a drill begins with; the drill is next."""
    return f"/ndc/{environment}/drills/"


def drill_word(environment: EnvironmentName, drill: DrillName, *, passed: bool) -> str:
    """Return the key that says when ``drill`` last went well; or, if not ``passed``, did not."""
    return f"{drills(environment)}{drill}/{'passed' if passed else 'failed'}"


def announcers(environment: EnvironmentName) -> str:
    """Return what the key of each announcer begins with; its host, then its service are next."""
    return f"/ndc/{environment}/announcer/"


def announcers_on(environment: EnvironmentName, host: HostName) -> str:
    """Return what the keys that only the agent of ``host`` may write begin with."""
    return f"{announcers(environment)}{host}/"


def agent_account(host: HostName) -> str:
    """Return as whom the agent of ``host`` asks: others rely on its word, so only it gives that."""
    return f"{AGENT}-{host}"


def watch(environment: EnvironmentName) -> str:
    """Return what every key of controllers and of the lever begins with."""
    return f"/ndc/{environment}/watch/"


def sight_words(environment: EnvironmentName) -> str:
    """Return what the key of each observer's word begins with; its host is next."""
    return f"{watch(environment)}word/"


def sight_word_of(environment: EnvironmentName, host: HostName) -> str:
    """Return the key that only the controller on ``host`` may write, and what begins with it."""
    return f"{sight_words(environment)}{host}/"


def elected(environment: EnvironmentName) -> str:
    """Return the key that holds which controller judges."""
    return f"{watch(environment)}elected"


def judgement(environment: EnvironmentName) -> str:
    """Return the key of what it makes of all words."""
    return f"{watch(environment)}judgement"


def deed(environment: EnvironmentName, name: DatabaseName | ServiceName, ordinal: str) -> str:
    """Return the key of one thing that a controller did by itself about ``name``."""
    return f"{deeds_about(environment, name)}{ordinal}"


def deeds_about(environment: EnvironmentName, name: DatabaseName | ServiceName) -> str:
    """Return what the key of each deed about ``name`` begins with."""
    return f"{deeds(environment)}{name}/"


def deeds(environment: EnvironmentName) -> str:
    """Return what the key of each deed begins with."""
    return f"{watch(environment)}deed/"


def rest(environment: EnvironmentName, service: ServiceName) -> str:
    """Return the key that is there while no controller moves ``service``, and says why."""
    return f"{rests(environment)}{service}"


def failed_over(environment: EnvironmentName, service: PlacedName) -> str:
    """Return the key of the record that a failover made of ``service`` a short while ago."""
    return f"{rests(environment)}failover/{service}"


def rests(environment: EnvironmentName) -> str:
    """Return what each key that keeps controllers from moving a service begins with."""
    return f"{watch(environment)}rest/"


def lever(environment: EnvironmentName) -> str:
    """Return the key that is there while nothing may start by itself."""
    return f"{watch(environment)}lever"


def controller_account(host: HostName) -> str:
    """Return as whom the controller on ``host`` asks."""
    return f"{CONTROLLER}-{host}"


def exporter_account(host: HostName) -> str:
    """Return as whom the exporter on the monitor ``host`` asks."""
    return f"{EXPORTER}-{host}"


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


def patroni_status(environment: EnvironmentName, database: DatabaseName) -> str:
    """Return the key in which a leader of ``database`` says how far its log came."""
    return f"{patroni(environment, database)}status"


def patroni_settings(environment: EnvironmentName, database: DatabaseName) -> str:
    """Return the key of the settings that all Patronis of ``database`` share."""
    return f"{patroni(environment, database)}config"


def patroni_account(database: DatabaseName) -> str:
    """Return what the Patronis of ``database`` are called among etcd's users."""
    return f"patroni-{database}"


def accounts(network: Network) -> Iterator[Account]:
    """Yield every account. An account may touch the keys that its program needs, and no more."""
    environment = network.environment
    prefixes = (placements(environment), claims(environment))
    obeyed = (*prefixes, exclusions(environment))
    changed = [*obeyed, runs(environment), anchors(environment), windows(environment)]
    changed += [lever(environment), rests(environment), drills(environment)]
    looked_at = [watch(environment)]
    for database in network.databases:
        leading, synchronous = patroni_facts(environment, database.name)
        changed += [patroni_order(environment, database.name), leading]
        changed += [patroni_settings(environment, database.name)]
        looked_at += [synchronous, patroni_status(environment, database.name)]
    yield Account(
        CONTROL,
        (*(Grant(p, writes=True) for p in changed), *(Grant(p, writes=False) for p in looked_at)),
    )
    yield from _agents(network, tuple(Grant(p, writes=False) for p in obeyed))
    yield from _controllers(network)
    records = tuple(Grant(prefix(environment), writes=False) for prefix in (runs, drills))
    yield from (
        Account(exporter_account(h.name), records) for h in network.hosts_with(Role.MONITOR)
    )
    for database in network.databases:
        keys = patroni(environment, database.name)
        yield Account(patroni_account(database.name), (Grant(keys, writes=True),))


def _agents(network: Network, obeys: tuple[Grant, ...]) -> Iterator[Account]:
    """Yield the accounts of agents; every one of them reads what it ``obeys``."""
    environment = network.environment
    reads = Grant(announcers(environment), writes=False)
    for host in (one for one in network.hosts if one.roles & SERVING):
        writes = Grant(announcers_on(environment, host.name), writes=True)
        yield Account(agent_account(host.name), (*obeys, reads, writes))


def _controllers(network: Network) -> Iterator[Account]:
    """Yield the accounts of controllers, each with a word of its own."""
    environment = network.environment
    facts = [patroni_facts(environment, one.name) for one in network.databases]
    keys = [elected(environment), judgement(environment), deeds(environment), rests(environment)]
    # what moves something: where services are placed, and who leads
    keys += [placements(environment), *(leader for leader, _ in facts)]
    read = [watch(environment), claims(environment), announcers(environment)]
    read += [synchronous for _, synchronous in facts]
    for host in network.hosts_with(Role.MONITOR):
        changed = [sight_word_of(environment, host.name), *keys]
        yield Account(
            controller_account(host.name),
            (*(Grant(p, writes=True) for p in changed), *(Grant(p, writes=False) for p in read)),
        )


def voters_near(
    network: Network, host: Host, last: Collection[SiteName] = frozenset()
) -> list[Host]:
    """Return the voters in the order in which ``host`` asks them.

    It asks itself first, then those at its site. Others at the sites ``last`` come after the rest.
    """

    def farness(voter: Host) -> tuple[bool, bool, bool]:
        return voter != host, voter.site != host.site, voter.site in last

    return sorted(map(network.host, network.voters), key=farness)


def roots_near(network: Network, host: Host) -> list[str]:
    """Return where ``host`` asks etcd, on the data plane, near voters first."""
    return [f"https://{one.loopback}:{ETCD_CLIENT}" for one in voters_near(network, host)]
