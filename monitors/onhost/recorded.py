"""What a monitor reads of the records in etcd: runs that are not over, and drills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import httpx
from prometheus_client.metrics_core import Metric

from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.this_host import ThisHost
from inventory.etcd import exporter_account, password_name, roots_near
from monitors.collectors.drills import drill_families
from monitors.collectors.runs import run_families
from monitors.readers.drill_words import last_words
from monitors.readers.quorum_keys import QuorumKeys
from monitors.readers.unfinished import UnfinishedRuns


class Recorded:
    """Collects them as the exporter of ``this_host``, which may read these and nothing else."""

    def __init__(
        self, this_host: ThisHost, client: httpx.AsyncClient, *, patience: timedelta
    ) -> None:
        """Ask nobody yet; a voter will have ``patience`` to answer."""
        self._this_host, self._client, self._patience = this_host, client, patience
        self._keys: QuorumKeys | None = None
        self._unfinished: UnfinishedRuns | None = None

    async def runs(self) -> Sequence[Metric]:
        """Return what is to be told of runs.

        Raises:
            NotSeen, Rejected: it cannot be told.
        """
        environment = self._this_host.network.environment
        self._unfinished = self._unfinished or UnfinishedRuns(self._quorum(), environment)
        return run_families(await self._unfinished.look())

    async def drills(self) -> Sequence[Metric]:
        """Return what is to be told of drills; raises as above."""
        network = self._this_host.network
        names = [one.drill for one in network.drills]
        proved, failed = await last_words(self._quorum(), network.environment, names)
        return drill_families(network.drills, proved, failed)

    def _quorum(self) -> QuorumKeys:
        """Return what to ask; a password that is not there yet is looked for again."""
        if self._keys is None:
            here, network = self._this_host.host, self._this_host.network
            account = exporter_account(here.name)
            password = self._this_host.password(password_name(account))
            self._keys = QuorumKeys(
                self._client,
                roots_near(network, here),
                EtcdAuth(EtcdCredentials(account, password)),
                self._patience,
            )
        return self._keys
