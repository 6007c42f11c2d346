"""The tables of ``ndc show``: each returns its rows, in the order of the network's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from core.text import duration, size
from inventory.cells import Cells
from inventory.network import Database, Link, Network, Service
from inventory.placed import placed_in
from inventory.storage import Store


def sites(network: Network) -> list[Cells]:
    """Return a row a site."""
    return [
        {
            "site": site.name,
            "number": str(site.number),
            "kind": site.kind,
            "region": site.region,
            "asn": str(site.asn),
            "lan": str(site.lan),
            "loopbacks": str(site.loopbacks),
            "title": site.title,
        }
        for site in network.sites
    ]


def hosts(network: Network) -> list[Cells]:
    """Return a row a host."""
    return [
        {
            "host": host.name,
            "site": host.site,
            "management": str(host.management.ip),
            "lan": str(host.lan.ip),
            "loopback": str(host.loopback),
            "roles": _words(host.roles),
        }
        for host in network.hosts
    ]


def links(network: Network) -> list[Cells]:
    """Return a row a link; the round trip is the declared one."""
    return [
        {
            "link": link.name,
            "interface": link.a.interface,
            "from": link.a.host,
            "to": link.z.host,
            "prefix": str(link.a.address.network),
            "round_trip": duration(2 * link.delay),
            "rate": _rate(link),
            "carrier": link.carrier,
        }
        for link in network.links
    ]


def risks(network: Network) -> list[Cells]:
    """Return a row a duct and a row a shared risk, with the links that fall with it."""
    fall: dict[tuple[str, str], list[str]] = {}
    for link in network.links:
        for duct in link.ducts:
            fall.setdefault(("duct", duct), []).append(link.name)
        for risk in link.shared_risks:
            fall.setdefault(("shared risk", risk), []).append(link.name)
    return [
        {"risk": risk, "kind": kind, "links": " ".join(links)}
        for (kind, risk), links in sorted(fall.items())
    ]


def workloads(network: Network) -> list[Cells]:
    """Return a row a database, a row a service and a row a store."""
    return [
        *(_database(database) for database in network.databases),
        *(_service(service) for service in network.services),
        *(_store(store) for store in network.stores),
    ]


def pools(network: Network) -> list[Cells]:
    """Return a row a storage pool, with the datasets that lie in it."""
    return [
        {
            "pool": pool.name,
            "host": pool.host,
            "folder": str(pool.folder),
            "size": size(pool.size_bytes, binary=True),
            "datasets": _words(
                store.dataset
                for store in network.stores
                for copy in store.copies
                if copy.pool == pool.name
            ),
        }
        for pool in network.pools
    ]


def addresses(network: Network) -> list[Cells]:
    """Return a row an address, with what carries it and on which interface."""
    return [
        {"address": address, "of": name, "interface": interface}
        for address, name, interface in _addresses(network)
    ]


def promises(network: Network) -> list[Cells]:
    """Return a row a loss that the network promises to survive, with the votes that remain."""
    return [
        {
            "loss": failure.name,
            "sites": _words(failure.sites),
            "votes_left": f"{len(votes)} of {len(network.voters)}",
            "of_hosts": " ".join(votes),
        }
        for failure in network.failure_sets
        for votes in [[v for v in network.voters if network.host(v).site not in failure.sites]]
    ]


def operators(network: Network) -> list[Cells]:
    """Return a row a person."""
    return [
        {
            "operator": operator.name,
            "roles": _words(operator.roles),
            "public_key": operator.public_key or "made by the environment",
        }
        for operator in network.operators
    ]


TABLES: Mapping[str, Callable[[Network], list[Cells]]] = {
    table.__name__: table
    for table in (sites, hosts, links, risks, workloads, pools, addresses, promises, operators)
}


def _database(database: Database) -> Cells:
    away = [member.site for member in database.members if member.site != database.home]
    return {
        "workload": database.name,
        "kind": "database",
        "home": database.home,
        "others": " ".join(dict.fromkeys(away)),
        "at": f"port {database.port}",
        "promise": f"commits wait for {database.synchronous_node_count}; "
        f"last copy: {database.last_copy}",
        "hosts": " ".join(
            member.host if member.synchronous else f"{member.host} (asynchronous)"
            for member in database.members
        ),
    }


def _service(service: Service) -> Cells:
    needs = f"; needs {', '.join(service.needs)}" if service.needs else ""
    return {
        "workload": service.name,
        "kind": "service",
        "home": service.home,
        "others": " ".join(service.refuges),
        "at": str(service.address),
        "promise": f"{service.tier}: back in {duration(service.recovery_time)}, "
        f"loses {duration(service.recovery_point)} at most{needs}",
        "hosts": " ".join(service.hosts),
    }


def _store(store: Store) -> Cells:
    return {
        "workload": store.name,
        "kind": "store",
        "home": store.home,
        "others": " ".join(store.refuges),
        "at": store.dataset,
        "promise": f"{store.access}, written by {store.owner}; "
        f"{store.tier}: loses {duration(store.recovery_point)} at most, "
        f"back {duration(store.retention)}",
        "hosts": " ".join(copy.host for copy in store.copies),
    }


def _addresses(network: Network) -> Iterator[tuple[str, str, str]]:
    yield str(network.operator_address), "operator", "management bridge"
    for host in network.hosts:
        yield str(host.management), host.name, "eth0"
        yield str(host.lan), host.name, "lan0"
        yield f"{host.loopback}/32", host.name, "lo"
    for link in network.links:
        for end in (link.a, link.z):
            yield str(end.address), end.host, end.interface
    for placed in placed_in(network):
        yield f"{placed.address}/32", placed.name, "lo where it is active"


def _words(names: Iterable[str]) -> str:
    return " ".join(sorted(names))


def _rate(link: Link) -> str:
    rate = link.rate_bits_per_second
    return "not limited" if rate is None else f"{rate / 1_000_000:g} Mbit/s"
