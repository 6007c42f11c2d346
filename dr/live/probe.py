"""The probe's own account of how services do for citizens."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from access.clients import http, probe
from core import files
from core.clock import Clock
from core.errors import NotSeen
from core.measure import ClockPair, ProbeTime, SignedMeasure, patience_with_a_measure
from dr.doors import Acknowledged, ProbeDoor
from inventory.endpoints import PROBE
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Host, Network, Role

T = TypeVar("T")
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")

_LOOK: Final = timedelta(seconds=1)


def marked(probe: ProbeDoor, service: ServiceName, clock: Clock) -> ClockPair:
    """Return the present moment by the clock of the probe of ``service``, and by ``clock``.

    Raises:
        NotSeen: the probe does not tell.
    """
    began = clock.elapsed()
    shown = probe.now(service)
    within = (clock.elapsed() - began) / 2
    boot = (files.read_if_there(_BOOT) or "").strip()
    return ClockPair(shown, began + within, within, clock.now() - within, boot)


@dataclass(frozen=True, slots=True)
class Probes:
    """The probes of ``network``, the first that answers; keeps ``dr.doors.ProbeDoor``'s promise."""

    network: Network
    tls: ssl.SSLContext

    def acknowledged(self, service: ServiceName) -> Acknowledged | None:
        """Return the last acknowledged write; None: there has been none."""
        own = self._summary(service)
        if own.last_acknowledged_at is None:
            return None
        site = SiteName(own.site) if own.site else None
        return Acknowledged(site, own.taken_at - own.last_acknowledged_at)

    def now(self, service: ServiceName) -> ProbeTime:
        """Return what the clock of the probe of ``service`` shows."""
        return ProbeTime(self._summary(service).taken_at)

    def testimony(self, service: ServiceName, since: ProbeTime, until: ProbeTime) -> SignedMeasure:
        """Return what became of the writes between ``since`` and ``until``, each read back now."""
        window = (since.at, until.at)
        deadline = patience_with_a_measure(until - since)
        answer = self._first(
            lambda client, root: probe.measured(
                client, root, service, window=window, deadline=deadline
            )
        )
        return SignedMeasure(answer.measure, answer.testimony.model_dump_json())

    def witnessed(self, text: str) -> probe.Signed:
        """Return what the first probe that answers signs of being told ``text`` now.

        Raises:
            NotSeen: none did.
        """
        return self._first(lambda client, root: probe.witnessed(client, root, text, deadline=_LOOK))

    def keys(self) -> dict[HostName, str]:
        """Return by which key each probe signs, that answers."""
        keys: dict[HostName, str] = {}
        for host in self.network.hosts_with(Role.PROBE):
            with suppress(NotSeen):
                own = self._of(host, lambda *at: probe.probe_key(*at, deadline=_LOOK))
                keys[host.name] = own.key
        return keys

    def _summary(self, service: ServiceName) -> probe.ServiceSummary:
        """Return what the first probe says that writes to ``service``."""

        async def of_service(client: httpx.AsyncClient, root: str) -> probe.ServiceSummary:
            own = (await probe.summary(client, root, deadline=_LOOK)).services.get(service)
            if own is None:
                raise NotSeen(
                    f"the probe does not write to {service}",
                    refused=True,
                    next_step="ndc up configures the probe",
                )
            return own

        return self._first(of_service)

    def _first(self, look: Callable[[httpx.AsyncClient, str], Coroutine[Any, Any, T]]) -> T:
        failure = NotSeen(
            "the network has no probe",
            refused=False,
            expected="a host with the role probe",
            next_step="ndc show hosts lists the roles",
        )
        for host in self.network.hosts_with(Role.PROBE):
            try:
                return self._of(host, look)
            except NotSeen as error:
                failure = error
        raise failure

    def _of(
        self, host: Host, look: Callable[[httpx.AsyncClient, str], Coroutine[Any, Any, T]]
    ) -> T:
        return asyncio.run(self._ask(look, f"https://{host.management.ip}:{PROBE}"))

    async def _ask(
        self, look: Callable[[httpx.AsyncClient, str], Coroutine[Any, Any, T]], root: str
    ) -> T:
        async with http.async_client(self.tls) as client:
            return await look(client, root)
