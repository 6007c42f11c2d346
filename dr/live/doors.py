"""Opens the doors of a running network with the control plane's keys."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from typing_extensions import override

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.host_access import Access
from access.secrets import Secrets
from core.clock import Clock
from core.closing import Closing
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.actions import Action
from dr.admission import Exclusion
from dr.doors import Doors
from dr.hands import Hands
from dr.live.admitting import Admitting
from dr.live.application import Canary
from dr.live.database import Patroni
from dr.live.exclusions import EtcdExclusions
from dr.live.guard import ForcedCommand
from dr.live.journals.etcd import EtcdJournal
from dr.live.lever import Lever
from dr.live.orders import Orders
from dr.live.power import RedfishPower, power_systems
from dr.live.probe import Probes
from dr.live.programs import Programs
from dr.live.records import EtcdRecords
from dr.live.reseeding import Reseeding
from dr.live.routes import BorderCommand
from dr.live.sight import Sight
from dr.live.stores import Stores
from dr.live.votes import EtcdVotes
from dr.live.workers import Workers, in_threads
from dr.looking.eye import Eye
from dr.planning.plan import Basis, codec
from inventory.endpoints import ETCD_CLIENT, SSH
from inventory.etcd import CONTROL, ROOT
from inventory.names import HostName
from inventory.network import Database, Network

_SYSTEM_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Live(Closing):
    """A running network, as recovery reaches it: open until ``close``.

    Everything goes over the management network, so nothing here depends on what is moved.
    """

    network: Network
    doors: Doors
    etcd: Etcd
    """for what is no door's business: the journal of a run"""
    client: httpx.Client
    """what etcd and Patroni are asked over"""
    programs: Programs
    """what runs on hosts, for what is no door's business"""
    probes: Probes
    """who stand where citizens do, and sign what they are told"""
    secrets: Secrets
    clock: Clock
    """by which its time is measured"""

    @classmethod
    def over(
        cls,
        network: Network,
        folder: Path,
        *,
        substrate: str = "lab",
        ssh_port: int = SSH,
        clock: Clock = _SYSTEM_CLOCK,
    ) -> Live:
        """Return ``network`` behind doors that open with the secrets in ``folder``.

        ``substrate`` says where the power of its hosts comes from.

        Raises:
            Rejected: a certificate or a password is not there.
        """
        secrets = Secrets(folder)
        tls = control_tls(secrets)
        over = http.client(tls)
        etcd = _etcd(network, secrets, over, CONTROL)
        hosts = secrets.known_hosts
        # root: the canary, and the end of a log
        programs = Programs(network, Access(secrets.control_key, hosts, port=ssh_port))
        guard = Access(secrets.epoch_key, hosts, port=ssh_port)
        refuse = Access(secrets.refuse_key, hosts, port=ssh_port)
        records = EtcdRecords(etcd, network)
        probes = Probes(network, tls)
        doors = Doors(
            records,
            Patroni(network, over, programs, Orders(records, clock), clock),
            ForcedCommand(network, guard, clock),
            Canary(network, programs),
            probes,
            RedfishPower(power_systems(network, substrate), tls, clock),
            Sight(network, programs, etcd),
            EtcdVotes(network, over, etcd, lambda: _etcd(network, secrets, over, ROOT)),
            EtcdExclusions(records),
            BorderCommand(ForcedCommand(network, refuse, clock)),
            Stores(programs, ForcedCommand(network, guard, clock)),
        )
        return cls(network, doors, etcd, over, programs, probes, secrets, clock)

    @override
    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def eye(self) -> Eye:
        """Return what looks at this network, in several threads."""
        return Eye(self.network, self.doors, self.clock, in_threads())

    def journal(self, run: RunName) -> EtcdJournal[Action, Basis]:
        """Return the journal of ``run`` as a quorum keeps it."""
        return EtcdJournal(self.etcd, self.network.environment, run, codec(), self.clock)

    @property
    def lever(self) -> Lever:
        """The lever under which nothing starts by itself."""
        return Lever(self.etcd, self.network.environment)

    def reseeding(self, database: Database, host: HostName) -> Reseeding:
        """Return what makes the copy of ``database`` on ``host`` anew."""
        return Reseeding(self.network, self.client, self.programs, self.secrets, database, host)

    def admitting(self, waiting: Mapping[HostName, Exclusion]) -> Admitting:
        """Return what looks at the hosts that are ``waiting``, and admits them."""
        return Admitting(self.network, self.clock, self.doors, self.reseeding, waiting)

    def workers(self) -> Workers:
        """Return what acts on this network, each attempt in a thread of its own."""
        return Workers(Hands(self.doors), self.clock)


@contextmanager
def quorum(network: Network, secrets: Secrets, account: str) -> Iterator[Etcd]:
    """Yield a client of the voters, to whom we are ``account``.

    Raises:
        Rejected: a certificate or the account's password is not there.
    """
    with http.client(control_tls(secrets)) as over:
        yield _etcd(network, secrets, over, account)


def _etcd(network: Network, secrets: Secrets, over: httpx.Client, account: str) -> Etcd:
    voters = [network.host(name) for name in network.voters]
    roots = [f"https://{host.management.ip}:{ETCD_CLIENT}" for host in voters]
    return Etcd(over, roots, EtcdAuth(EtcdCredentials(account, secrets.etcd_password(account))))


def control_tls(secrets: Secrets) -> ssl.SSLContext:
    """Return how the control plane proves itself; Rejected: its certificate is not there."""
    own = secrets.client_certificate("control")
    return http.mutual_tls(secrets.authority.certificate, own.certificate, own.key)
