"""As whom our programs run on a host: an account each, with the groups that it needs. Pure.

Who takes one program over has what that one may read, and nothing of its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inventory.network import Host, Network, Role, Service
from inventory.placed import SERVING
from inventory.storage import Store

AGENT: Final = "ndc-agent"
CONTROLLER: Final = "ndc-controller"
DETOUR: Final = "ndc-detour"
EXPORTER: Final = "ndc-exporter"
HEARTBEAT: Final = "ndc-heartbeat"
PROBE: Final = "ndc-probe"
STORAGE: Final = "ndc-storage"
TIME: Final = "ndc-time"

TLS: Final = "ndc-tls"
"""the group that reads the key of the host's certificate"""
_FIRST_OF_STORES: Final = 200_000
"""above what Debian gives to accounts, below what systemd maps into containers"""

CONSOLES: Final = "frrvty"
"""FRR's group: its members may change whatever the router says"""


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """One account without a shell."""

    name: str
    purpose: str
    groups: tuple[str, ...] = ()
    number: int = 0
    """the same on each host, where files go from one to another; 0: whichever is free"""


def application(service: Service) -> str:
    """Return as whom the application of ``service`` runs; a service's name may be too long."""
    return f"ndc-app-{service.port}"


def store_account(store: Store) -> SystemAccount:
    """Return as whom ``store`` is served, and whose its files are, on each host that has it.

    It is numbered after the end of its address, which no other has, and which stays.
    """
    end = int(store.address) & 0xFFFF
    return SystemAccount(
        f"ndc-store-{end}", f"the store {store.name}", number=_FIRST_OF_STORES + end
    )


def system_accounts(network: Network, host: Host) -> Iterator[SystemAccount]:
    """Yield the accounts of our programs on ``host``."""
    consoles = (CONSOLES,) if host.forwards else ()
    programs: tuple[tuple[set[Role], SystemAccount], ...] = (
        ({*SERVING}, SystemAccount(AGENT, "announces services and stores")),
        ({Role.BORDER}, SystemAccount(DETOUR, "avoids links", (CONSOLES,))),
        (
            {Role.BORDER, Role.ACCESS, Role.MONITOR},
            SystemAccount(EXPORTER, "tells what this host sees", (TLS, *consoles)),
        ),
        ({Role.MONITOR}, SystemAccount(CONTROLLER, "watches all hosts")),
        ({Role.DATABASE}, SystemAccount(HEARTBEAT, "marks databases that lead")),
        ({Role.STORAGE}, SystemAccount(STORAGE, "keeps stores and copies of them")),
        ({*Role}, SystemAccount(TIME, "compares clocks")),
        ({Role.PROBE}, SystemAccount(PROBE, "uses services as a citizen does", (TLS,))),
    )
    yield from (account for roles, account in programs if host.roles & roles)
    for service in network.services_on(host.name):
        yield SystemAccount(application(service), f"the application of {service.name}")
    yield from (store_account(store) for store in network.stores_on(host.name))
