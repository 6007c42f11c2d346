"""The ends of the audit logs that hosts keep of what their guards obeyed and refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.audit import AuditReading, verified
from core.errors import NdcError
from dr.live.programs import Programs
from inventory.names import HostName

_BOUND: Final = timedelta(seconds=5)


def audit_of_hosts(
    programs: Programs, most: int
) -> Iterator[tuple[HostName, AuditReading | NdcError]]:
    """Yield the last ``most`` lines of each host that may serve, or why it does not tell."""
    services = programs.network.services
    for host in dict.fromkeys(host for service in services for host in service.hosts):
        words = ["dr.onhost.audit_main", str(most)]
        try:
            text = programs.answer(host, words, str, expected="its log", bound=_BOUND)
        except NdcError as error:
            yield host, error
        else:
            yield host, verified(iter([(f"the log of {host}", text.encode())]), from_within=True)
