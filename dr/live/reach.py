"""What recovery talks to in one network: etcd, Patroni, the hosts' forced command, the probe."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self, TypeVar

import httpx

from access.clients import patroni, rest
from access.clients.etcd import Etcd
from access.clients.etcd_login import EtcdAuth, Login
from access.clients.json_get import mutual_tls
from access.clients.patroni import MemberAnswer
from access.clients.ssh import Access, connect
from access.secrets import Secrets
from core.errors import Unreachable, WorldError
from core.host_paths import PYTHON
from core.runs.ports import Token
from dr.epochs import Act, Answer, Request
from dr.live import epoch
from dr.live.records import EtcdPlacements
from dr.log_end import read_end
from dr.succession import LogEnd, Succession, succession
from inventory.endpoints import ETCD_CLIENT, PROBE, patroni_port
from inventory.etcd import CONTROL
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Host, Network, Role

T = TypeVar("T")

_LOOK = timedelta(seconds=3)
"""a connection and one answer of an application that is well"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Clients for ``network``, with the control plane's keys."""

    network: Network
    tls: ssl.SSLContext
    rest: httpx.Client
    etcd: Etcd
    placements: EtcdPlacements
    control: Access
    """root, for the canary and for where a log ends"""
    guard: Access
    """the key that may run ``ndc-epoch`` and nothing else"""

    @classmethod
    def over(cls, network: Network, folder: Path) -> Self:
        """Return clients that use the secrets in ``folder``.

        Raises:
            Rejected: a certificate or a password is not there.
        """
        secrets = Secrets(folder)
        mine = secrets.client_certificate("control")
        tls = mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)
        over = rest.client(tls)
        etcd = etcd_as(CONTROL, network, secrets, over)
        return cls(
            network,
            tls,
            over,
            etcd,
            EtcdPlacements(etcd, network.environment),
            control=Access(secrets.control_key, secrets.known_hosts),
            guard=Access(secrets.epoch_key, secrets.known_hosts),
        )

    def patroni(self, database: DatabaseName, host: HostName) -> str:
        """Return where the Patroni of the member of ``database`` at ``host`` listens."""
        port = patroni_port(self.network.database(database).port)
        return f"https://{self.network.host(host).management.ip}:{port}"

    @property
    def probes(self) -> list[str]:
        """Where probes listen; empty where the network has none."""
        hosts = self.network.hosts_with(Role.PROBE)
        return [f"https://{host.management.ip}:{PROBE}" for host in hosts]

    def members(self, database: DatabaseName) -> tuple[MemberAnswer, ...]:
        """Return every member of ``database``, as the first Patroni that answers tells.

        Raises:
            Rejected, Unreachable: nobody answers; the last one's reason.
        """
        failure: WorldError = Unreachable(f"{database} has no member to ask")
        for member in self.network.database(database).members:
            try:
                return patroni.members(self.rest, self.patroni(database, member.host))
            except WorldError as error:
                failure = error
        raise failure

    def announced(self, service: ServiceName, host: HostName) -> tuple[bool, int | None]:
        """Return whether ``host`` announces ``service``, and the highest epoch it was asked under.

        Raises:
            Rejected, Unreachable: nothing is known.
        """
        token = Request(service, 0, "look", "look", Act.LOOK, self._address(service))
        answer = epoch.ask(self._host(host), self.guard, token)
        return self._address(service) in answer.addresses, answer.highest

    def route(self, act: Act, service: ServiceName, host: HostName, token: Token) -> Answer:
        """Have ``host`` announce or withdraw ``service`` under the token's epoch.

        Raises:
            Rejected: an older epoch, or not its service: nothing changed.
            Unreachable: it may have obeyed.
        """
        request = Request(service, token.epoch, token.run, token.step, act, self._address(service))
        return epoch.ask(self._host(host), self.guard, request)

    def write_canary(
        self, service: ServiceName, host: HostName, key: str, bound: timedelta
    ) -> int | None:
        """Write a row called ``key`` through the application at ``host``; return as ``canaries``.

        Raises:
            Rejected, Unreachable: as SSH does; the row may be there.
        """
        return self._canary(service, host, key, bound)

    def canaries(self, service: ServiceName, host: HostName, key: str) -> int | None:
        """Return how many rows called ``key`` the application at ``host`` gives back; None: silent.

        Raises:
            Rejected, Unreachable: as SSH does.
        """
        return self._canary(service, host, key, _LOOK, "--look")

    def _canary(
        self, service: ServiceName, host: HostName, key: str, bound: timedelta, *flags: str
    ) -> int | None:
        port = self.network.service(service).port
        words = [str(port), key, f"{bound.total_seconds():g}", *flags]
        command = ["dr.onhost.canary_main", *words]
        rows = self._told(host, command, _rows, '{"rows": …}', bound=bound + 2 * _LOOK)
        return rows if isinstance(rows, int) else None

    def log_end(self, database: DatabaseName, host: HostName) -> LogEnd:
        """Return where the log of the copy of ``database`` at ``host`` ends.

        Raises:
            Rejected, Unreachable: nothing is known.
        """
        command = ["dr.onhost.log_end_main", database]
        return self._told(host, command, read_end, '{"timeline": …}', bound=2 * _LOOK)

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | None:
        """Return how ``host`` came to lead ``database`` after ``former``; None: it is not told.

        Raises:
            Rejected, Unreachable: nothing is known.
        """
        end = self.log_end(database, former)
        timeline = next((m.timeline for m in self.members(database) if m.name == host), None)
        return succession(end, timeline, patroni.forks(self.rest, self.patroni(database, host)))

    def _told(
        self,
        host: HostName,
        module: Sequence[str],
        read: Callable[[str], T],
        expected: str,
        *,
        bound: timedelta,
    ) -> T:
        """Return what our program ``module``, with its words, says at ``host``."""
        command = [str(PYTHON), "-I", "-m", *module]
        with connect(self._host(host), self.control, bound=_LOOK) as connection:
            done = connection.run(command, bound=bound)
        try:
            return read(done.stdout)
        except (ValueError, KeyError, TypeError):
            raise Unreachable(
                f"{module[0]} on {host} did not say what it saw",
                expected=expected,
                actual=(done.stderr or done.stdout).strip()[-200:] or "nothing",
                next_step=f"ndc ssh {host} -- {' '.join(command)}",
            ) from None

    def _host(self, name: HostName) -> Host:
        return self.network.host(name)

    def _address(self, service: ServiceName) -> IPv4Address:
        return self.network.service(service).address


def _rows(said: str) -> object:
    return json.loads(said)["rows"]


def etcd_as(account: str, network: Network, secrets: Secrets, over: httpx.Client) -> Etcd:
    """Return a client of the voters, to whom we are ``account``.

    Raises:
        Rejected: its password is not there.
    """
    voters = [network.host(name) for name in network.voters]
    roots = [f"https://{host.management.ip}:{ETCD_CLIENT}" for host in voters]
    return Etcd(over, roots, EtcdAuth(Login(account, secrets.etcd_password(account))))
