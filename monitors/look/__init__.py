"""Takes snapshots of a running environment: look around, then make sense of it."""

from __future__ import annotations

import ssl
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.clients.http import mutual_tls
from access.secrets.ends import certificate_ends
from access.secrets.folder import Secrets
from core.clock import Clock
from inventory.etcd import CONTROL
from inventory.names import HostName
from inventory.network import Network
from monitors.health.snapshot import Snapshot
from monitors.look.assemble import assemble
from monitors.look.connections import KeptConnections
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings, recalled, remember
from monitors.look.sources import Sources, each, look_around
from monitors.look.verdicts import JudgedLately, verdict_questions


@dataclass(slots=True)
class SnapshotTaker:
    """Looks at one environment, as its control plane; changes nothing in it.

    Connections stay between looks, until it is left or the process ends.
    """

    network: Network
    secrets: Secrets
    sources: Sources
    memory: Path
    """the file that remembers when each thing was last seen"""
    clock: Clock
    _connections: KeptConnections | None = field(default=None, init=False)
    _etcd: EtcdAuth | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connections is not None:
            self._connections.close()
            self._connections = None

    def take(self) -> Snapshot:
        """Return what is seen now; one second passes in waiting, as a rule.

        Where a copy seems to stand still, or apart from its leader, it is looked at once more.

        Raises:
            Rejected: the environment has no certificates, or no passwords, yet.
        """
        self._connections = self._connections or KeptConnections(self._tls())
        readings = replace(
            self._connections.run(self._look),
            issued=certificate_ends(self.secrets),
            shown=self._connections.certificates.ends,
            drill=self.sources.drill(),
        )
        now = self.clock.now()
        sightings = Sightings(recalled(self.memory), now)
        snapshot = assemble(self.network, readings, sightings, now)
        remember(self.memory, sightings.last())
        return snapshot

    def judged(self, lately: timedelta) -> Mapping[HostName, JudgedLately]:
        """Return what each Prometheus judged ``lately``; who does not answer is absent.

        Raises:
            Rejected: the environment has no certificates yet.
        """
        self._connections = self._connections or KeptConnections(self._tls())
        return self._connections.run(
            lambda client: each(verdict_questions(self.network, client, lately))
        )

    def _look(self, client: httpx.AsyncClient) -> Coroutine[Any, Any, Readings]:
        self._etcd = self._etcd or EtcdAuth(
            EtcdCredentials(CONTROL, self.secrets.etcd_password(CONTROL))
        )
        return look_around(self.network, client, self.sources, self._etcd)

    def _tls(self) -> ssl.SSLContext:
        own = self.secrets.client_certificate("control")
        return mutual_tls(self.secrets.authority.certificate, own.certificate, own.key)
