"""When the certificates end that hosts show: a renewed one counts when its host shows it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from inventory.names import HostName


class ShownEnds:
    """Remembers what each host showed last: one whose certificate has ended shows it to nobody."""

    def __init__(self, tls: ssl.SSLContext, port: int) -> None:
        """Look at ``port`` of hosts, and show them what ``tls`` has."""
        self._tls = tls
        self._port = port
        self._ends: dict[HostName, datetime] = {}

    async def look(
        self, hosts: Sequence[tuple[HostName, IPv4Address]], *, deadline: timedelta
    ) -> dict[HostName, datetime]:
        """Return when the certificate of each of ``hosts`` ends; never seen ones are left out."""
        shown = await asyncio.gather(*(self._shown(address, deadline) for _, address in hosts))
        for (name, _), end in zip(hosts, shown, strict=True):
            if end is not None:
                self._ends[name] = end
        return {name: self._ends[name] for name, _ in hosts if name in self._ends}

    async def _shown(self, address: IPv4Address, deadline: timedelta) -> datetime | None:
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                _, writer = await asyncio.open_connection(str(address), self._port, ssl=self._tls)
        except (OSError, TimeoutError):
            return None
        try:
            return _end(writer.get_extra_info("peercert") or {})
        finally:
            writer.close()


def _end(certificate: dict[str, object]) -> datetime | None:
    end = certificate.get("notAfter")
    if not isinstance(end, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)
