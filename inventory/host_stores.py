"""Which stores one host can serve, and where there what belongs to them lies. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from core.host_paths import INCOMING, LEFT_SEATS, SEATS, STORES, HostPath
from inventory.host_units import store_unit
from inventory.names import StoreName
from inventory.network import Host, Network
from inventory.storage import DataClass, Store, party_subject
from inventory.system_accounts import store_account


@dataclass(frozen=True, slots=True)
class HostStore:
    """A store that this host can serve."""

    name: StoreName
    title: str
    unit: str
    """that serves it, without its suffix"""
    account: str
    """as whom it is served, and whose its files are"""
    address: IPv4Address
    folder: HostPath
    """in which its files lie"""
    incoming: HostPath
    """in which lies what is being sent to it, and is not whole"""
    seat: HostPath
    """as long as this file is there it is served here"""
    left: HostPath
    """where this file is, what serves it is ended"""
    settings: HostPath
    certificate: HostPath
    key: HostPath
    is_open: bool
    """whether everybody may read it"""
    owner: str
    """who may write it, as a certificate calls him"""
    readers: tuple[str, ...]
    """who else may read it, as certificates call them"""


def host_stores(network: Network, host: Host) -> Iterator[HostStore]:
    """Yield the stores that ``host`` can serve."""
    folders = {pool.name: pool.folder for pool in network.pools_on(host.name)}
    for store in network.stores_on(host.name):
        if copy := store.copy_on(host.name):
            yield _store(store, folders[copy.pool])


def _store(store: Store, folder: HostPath) -> HostStore:
    return HostStore(
        name=store.name,
        title=store.title,
        unit=store_unit(store.name),
        account=store_account(store).name,
        address=store.address,
        folder=folder / store.dataset,
        incoming=folder / INCOMING / store.dataset,
        seat=SEATS / store.name,
        left=LEFT_SEATS / store.name,
        settings=STORES / f"{store.name}.conf",
        certificate=STORES / f"{store.name}.crt",
        key=STORES / f"{store.name}.key",
        is_open=store.access is DataClass.OPEN,
        owner=party_subject(store.owner),
        readers=tuple(map(party_subject, store.readers)),
    )
