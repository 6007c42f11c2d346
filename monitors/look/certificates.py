"""When certificates end: as they were issued, and as hosts show them to whoever looks."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address

import httpx

from access.secrets.ends import AUTHORITY
from inventory.network import Network
from monitors.health.notices import CertificateView


class ShownCertificates:
    """Notes what each address showed when it was last asked over HTTPS."""

    def __init__(self) -> None:
        self.ends: dict[IPv4Address, datetime] = {}
        """by the address that was asked"""

    async def note(self, response: httpx.Response) -> None:
        """Note what the server of ``response`` showed; to be called at every answer."""
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream else None
        certificate = (tls.getpeercert() if tls else None) or {}
        if isinstance(end := certificate.get("notAfter"), str):
            seconds = ssl.cert_time_to_seconds(end)
            self.ends[IPv4Address(response.url.host)] = datetime.fromtimestamp(seconds, UTC)


def certificate_views(
    network: Network, issued: Mapping[str, datetime], shown: Mapping[IPv4Address, datetime]
) -> tuple[CertificateView, ...]:
    """Return every certificate of ``network`` with its end: the earlier, where two are seen.

    A renewed certificate that its host does not show yet has not replaced the one before.
    """
    by_host = {str(host.name): shown.get(host.management.ip) for host in network.hosts}
    services = (service.name for service in network.services)
    owners = dict.fromkeys([AUTHORITY, *by_host, *services, *issued])
    return tuple(
        CertificateView(owner, _earlier(issued.get(owner), by_host.get(owner))) for owner in owners
    )


def _earlier(issued: datetime | None, shown: datetime | None) -> datetime | None:
    moments = [end for end in (issued, shown) if end is not None]
    return min(moments, default=None)
