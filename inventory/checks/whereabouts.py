"""Copies lie where data may lie, and where what needs them may be served."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from inventory.documents import Document, Path
from inventory.model import Inventory
from inventory.names import SiteName
from inventory.network import Role, SiteKind
from inventory.problems import Problem, Related, listed


def whereabouts(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a copy at a witness, and for a place of a service without a copy."""
    yield from _at_a_witness(inventory, document)
    for service, entry in inventory.services.items():
        database = inventory.databases[entry.database]
        # that its home has none is told of the database
        copies = {database.home, *database.synchronous, *database.asynchronous}
        places: list[tuple[Path, SiteName]] = [(("home",), entry.home)]
        places += [(("refuges", index), site) for index, site in enumerate(entry.refuges)]
        for path, site in places:
            if site not in copies and _may_serve(site, inventory):
                yield Problem(
                    document.at("services", service, *path),
                    "NDC-E0815",
                    f"{site} may serve {service}, and holds no copy of {entry.database}",
                    expected=f"one of {listed(copies)}",
                    actual=site,
                    next_step=f"hold a copy of {entry.database} there, or choose another site",
                    related=Related(entry.database, document.key_at("databases", entry.database)),
                )


def _may_serve(site: SiteName, inventory: Inventory) -> bool:
    """Whether ``site`` is more than a witness; that no host of one can serve is told elsewhere."""
    kind = inventory.sites[site].kind
    hosts = (profile.hosts_at(site, kind).values() for profile in inventory.profiles.values())
    return kind is not SiteKind.WITNESS or any(Role.SERVICE in roles for roles in chain(*hosts))


def _at_a_witness(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every copy of a database and of a store that a witness would hold."""
    for path, site in _copies(inventory):
        if inventory.sites[site].kind is SiteKind.WITNESS:
            yield Problem(
                document.at(*path),
                "NDC-E0814",
                f"{site} is a witness, and would hold {path[1]}",
                expected="a centre: a witness holds a vote and no data",
                actual=site,
                next_step="hold the copy at a centre",
            )


def _copies(inventory: Inventory) -> Iterator[tuple[Path, SiteName]]:
    """Yield where it is written, and at which site a copy is."""
    for name, database in inventory.databases.items():
        for key in ("synchronous", "asynchronous"):
            for index, site in enumerate(getattr(database, key)):
                yield ("databases", name, key, index), site
    for store, entry in inventory.stores.items():
        yield ("stores", store, "home"), entry.home
        for index, site in enumerate(entry.refuges):
            yield ("stores", store, "refuges", index), site
