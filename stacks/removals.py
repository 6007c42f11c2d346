"""What a change of the network takes away: workloads, and hosts with what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.network import Database, Host, Network, Role
from stacks.diff import Way, differences
from stacks.programs.declared import Seeds, site_specs
from stacks.resources import HostSpec, to_plain


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that would be gone."""

    name: str
    """unique among all removals of one change, and what a person types to agree"""
    sentence: str
    """what it is, and what becomes of it"""


def removals(before: Network, after: Network) -> tuple[Removal, ...]:
    """Return what goes when ``after`` takes the place of ``before``, sorted by name.

    A host that goes is one only where it holds something: a copy, a vote, a ledger.
    """
    by_name = {removal.name: removal for removal in _all(before, after)}
    return tuple(by_name[name] for name in sorted(by_name))


def _all(before: Network, after: Network) -> Iterator[Removal]:
    # the last to say something about a name is believed: hosts say most
    yield from _services(before, after)
    databases = {database.name: database for database in after.databases}
    for database in before.databases:
        if now := databases.get(database.name):
            yield from _copies(database, now)
        else:
            sentence = "database: nobody uses or watches its copies any more"
            yield Removal(database.name, sentence)
    yield from _stores(before, after)
    yield from _hosts(before, after)


def _services(before: Network, after: Network) -> Iterator[Removal]:
    services = {service.name: service for service in after.services}
    for service in before.services:
        now = services.get(service.name)
        if now is None:
            yield Removal(service.name, f"service: nobody answers citizens at {service.address}")
        elif now.database != service.database:
            sentence = f"service: what was submitted stays in {service.database}"
            yield Removal(service.name, f"{sentence}, and it begins anew in {now.database}")


def _copies(before: Database, after: Database) -> Iterator[Removal]:
    left = {member.host for member in after.members}
    for member in before.members:
        if member.host not in left:
            name = f"{before.name}/{member.host}"
            yield Removal(name, f"copy of {before.name}: nobody uses or watches it any more")


def _stores(before: Network, after: Network) -> Iterator[Removal]:
    pools, stores = (
        {pool.name for pool in after.pools},
        {store.name: store for store in after.stores},
    )
    for pool in before.pools:
        if pool.name not in pools:
            yield Removal(pool.name, "storage pool: it is removed, with all that lies in it")
    for store in before.stores:
        now = stores.get(store.name)
        if now is None:
            yield Removal(store.name, "store: nobody copies or watches it any more")
            continue
        if now.home != store.home:
            sentence = f"store: {store.home} ends serving it, and {now.home} begins with all of it"
            yield Removal(store.name, f"{sentence}; nobody serves it meanwhile")
        for copy in store.copies:
            if not now.copy_on(copy.host):
                name = f"{store.name}/{copy.host}"
                yield Removal(name, f"copy of {store.name}: nobody uses or watches it any more")


def _hosts(before: Network, after: Network) -> Iterator[Removal]:
    specs = _specs(after)
    for name, old in _specs(before).items():
        host = before.host(old.name)
        new = specs.get(name)
        if new is None and (holds := _holds(before, host)):
            yield Removal(name, f"host: it is removed, with {holds}")
        elif new is not None and _is_replaced(old, new):
            holds = _holds(before, host) or "all that is on it"
            yield Removal(name, f"host: it is made anew, and loses {holds}")


def _specs(network: Network) -> dict[str, HostSpec]:
    seeds = Seeds(image="", host_keys={host.name: "" for host in network.hosts})
    return {
        spec.name: spec
        for site in network.sites
        for spec in site_specs(network, site.name, seeds)
        if isinstance(spec, HostSpec)
    }


def _is_replaced(old: HostSpec, new: HostSpec) -> bool:
    changed = differences("host", to_plain(old), to_plain(new))
    return any(each.consequence.way is Way.REPLACE for each in changed)


def _holds(network: Network, host: Host) -> str:
    """Return what is lost with ``host``; empty: nothing that is not elsewhere as well."""
    copies = [f"its copy of {database.name}" for database in network.databases_on(host.name)]
    vote = ["its vote"] if host.name in network.voters else []
    ledger = ["the ledger of what citizens were promised"] if Role.PROBE in host.roles else []
    return ", ".join([*copies, *vote, *ledger])
