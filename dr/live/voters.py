"""The voters, each one asked alone, and one of them replaced with its host behind SSH."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
from typing_extensions import override

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.clients.ssh import SshConnection, connect
from access.host_access import Access
from access.quorum_members import Replacement, Seat, VoterHost
from access.secrets.folder import Secrets
from core.clock import Clock
from core.errors import NotSeen, PlanRefused, Rejected
from dr.live.doors import control_tls
from inventory.endpoints import ETCD_CLIENT, ETCD_PEER
from inventory.etcd import ROOT
from inventory.names import HostName
from inventory.network import Network

_DEADLINE: Final = timedelta(seconds=5)
_LOOK: Final = timedelta(seconds=2)
_INITIAL: Final = "/etc/etcd/initial.env"
"""read by etcd at its first start"""
_DATA: Final = "/var/lib/etcd/member"
_UNIT: Final = "etcd.service"


@contextmanager
def voters_as_root(
    network: Network, secrets: Secrets, *, deadline: timedelta
) -> Iterator[dict[HostName, Etcd]]:
    """Yield a client of each voter of ``network``, to whom we are root; each asks no other.

    ``deadline`` bounds a request.

    Raises:
        Rejected: a certificate or root's password is not there.
    """
    auth = _root(secrets)
    with http.client(control_tls(secrets)) as over:
        roots = _roots(network)
        yield {name: Etcd(over, [root], auth, deadline) for name, root in roots.items()}


@contextmanager
def replacement(
    network: Network, secrets: Secrets, name: str, clock: Clock
) -> Iterator[Replacement]:
    """Yield what replaces the voter on the host called ``name``.

    Raises:
        PlanRefused: no voter is declared there.
        Rejected, Unreachable: its host does not let us in.
    """
    if name not in network.voters:
        raise PlanRefused(
            f"{name} is not declared to be a voter",
            expected=", ".join(network.voters),
            actual=name,
            next_step="ndc show promises",
        )
    host, roots = network.host(HostName(name)), _roots(network)
    others = [root for voter, root in roots.items() if voter != name]
    access = Access(secrets.control_key, secrets.known_hosts)
    with http.client(control_tls(secrets)) as over, connect(host, access) as connection:
        yield Replacement(
            Etcd(over, others, _root(secrets), _DEADLINE),
            Seat(host.name, f"https://{host.loopback}:{ETCD_PEER}"),
            _OverSsh(host.name, f"ndc-{network.environment}", connection),
            lambda: {voter: _is_well(over, root) for voter, root in roots.items()},
            clock,
        )


def votes_given_back(
    network: Network,
    secrets: Secrets,
    votes: Collection[HostName],
    hosts: Collection[HostName],
    clock: Clock,
) -> Iterator[str]:
    """Give each voter among ``hosts`` a vote again that is not among those with ``votes``.

    One after the other; each sentence tells of something done. Raises as ``replacement``.
    """
    for host in sorted({*hosts} & {*network.voters} - {*votes}):
        with replacement(network, secrets, host, clock) as voter:
            yield from voter.carry_out()


@dataclass(frozen=True, slots=True)
class _OverSsh(VoterHost):
    host: HostName
    token: str
    """of the cluster, as ``ndc up`` places it"""
    connection: SshConnection

    @override
    def clear(self) -> None:
        self._run("systemctl", "stop", _UNIT)
        self._run("rm", "-rf", "--one-file-system", _DATA)

    @override
    def join(self, members: Mapping[str, str]) -> None:
        cluster = ",".join(f"{name}={url}" for name, url in members.items())
        text = (
            f"ETCD_INITIAL_CLUSTER={cluster}\n"
            f"ETCD_INITIAL_CLUSTER_TOKEN={self.token}\n"
            "ETCD_INITIAL_CLUSTER_STATE=existing\n"
        )
        self._run("tee", _INITIAL, given=text)
        self._run("systemctl", "restart", _UNIT)

    def _run(self, *words: str, given: str = "") -> None:
        done = self.connection.run(words, input_text=given)
        if done.exit_code:
            raise Rejected(
                f"{self.host}: {' '.join(words)} failed",
                expected="exit 0",
                actual=done.stderr.strip(),
                next_step=f"ndc ssh {self.host} -- journalctl --unit {_UNIT} --lines 20",
            )


def _is_well(over: httpx.Client, root: str) -> bool:
    """Whether the voter at ``root`` can read with a majority; no space is another matter."""
    try:
        http.look(over, f"{root}/health?exclude=NOSPACE", deadline=_LOOK)
    except NotSeen:
        return False
    return True


def _roots(network: Network) -> dict[HostName, str]:
    return {
        name: f"https://{network.host(name).management.ip}:{ETCD_CLIENT}" for name in network.voters
    }


def _root(secrets: Secrets) -> EtcdAuth:
    return EtcdAuth(EtcdCredentials(ROOT, secrets.etcd_password(ROOT)))
