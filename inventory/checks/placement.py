"""What a site must have for what is placed there, under every profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory.documents import Document, Path
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.names import ProfileName, SiteName
from inventory.network import Role, SiteKind
from inventory.problems import Problem, Related, listed


def placement(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for everything placed where no host can carry it."""
    if not inventory.sites:
        yield _no_site(document)
    yield from _homes(inventory, document)
    yield from _copies(inventory, document)
    for profile in inventory.profiles:
        yield from _kinds(profile, inventory, document)
        yield from _carriers(profile, inventory, document)
        yield from _host_names(profile, inventory, document)


def _no_site(document: Document) -> Problem:
    return Problem(
        document.key_at("sites"),
        "NDC-E0807",
        "no site is declared",
        expected="one site or more",
        actual="none",
        next_step="declare a site below `sites:`",
    )


def _homes(inventory: Inventory, document: Document) -> Iterator[Problem]:
    for name, database in inventory.databases.items():
        if database.home not in database.synchronous:
            yield Problem(
                document.at("databases", name, "home"),
                "NDC-E0801",
                f"{database.home}, home of {name}, holds no synchronous copy",
                expected=f"one of {listed(database.synchronous)}",
                actual=database.home,
                next_step=f"add {database.home} to synchronous, or choose another home",
            )
        for index, site in enumerate(database.asynchronous):
            if site in database.synchronous:
                yield Problem(
                    document.at("databases", name, "asynchronous", index),
                    "NDC-E0802",
                    f"{site} holds {name} both synchronously and asynchronously",
                    expected="one copy a site",
                    actual="two",
                    next_step="remove it from one of the lists",
                )
    for service, entry in inventory.services.items():
        if entry.home in entry.refuges:
            yield Problem(
                document.at("services", service, "refuges", entry.refuges.index(entry.home)),
                "NDC-E0803",
                f"{entry.home} is home and refuge of {service}",
                expected="refuges other than the home",
                actual=entry.home,
                next_step="remove it from the refuges",
            )


def _copies(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a copy at a witness, and for a place of a service without a copy."""
    for name, database in inventory.databases.items():
        for key in ("synchronous", "asynchronous"):
            for index, site in enumerate(getattr(database, key)):
                if inventory.sites[site].kind is SiteKind.WITNESS:
                    yield Problem(
                        document.at("databases", name, key, index),
                        "NDC-E0814",
                        f"{site} is a witness, and would hold {name}",
                        expected="a centre: a witness holds a vote and no data",
                        actual=site,
                        next_step="hold the copy at a centre",
                    )
    for service, entry in inventory.services.items():
        database = inventory.databases[entry.database]
        copies = {*database.synchronous, *database.asynchronous}
        places: list[tuple[Path, SiteName]] = [(("home",), entry.home)]
        places += [(("refuges", index), site) for index, site in enumerate(entry.refuges)]
        for path, site in places:
            if site not in copies:
                yield Problem(
                    document.at("services", service, *path),
                    "NDC-E0815",
                    f"{site} may serve {service}, and holds no copy of {entry.database}",
                    expected=f"one of {listed(copies)}",
                    actual=site,
                    next_step=f"hold a copy of {entry.database} there, or choose another site",
                    related=Related(entry.database, document.key_at("databases", entry.database)),
                )


def _kinds(profile: ProfileName, inventory: Inventory, document: Document) -> Iterator[Problem]:
    kinds = inventory.profiles[profile].kinds
    for site, entry in inventory.sites.items():
        if not kinds.get(entry.kind):
            yield Problem(
                document.at("sites", site, "kind"),
                "NDC-E0804",
                f"{site} has no host under profile {profile}",
                expected=f"a kind that the profile knows: {listed(kinds)}",
                actual=entry.kind,
                next_step=f"give the profile hosts for a {entry.kind}",
                related=Related("the profile", document.key_at("profiles", profile)),
            )


def _carriers(profile: ProfileName, inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for each use of a site whose hosts lack the role for it."""
    entry = inventory.profiles[profile]
    for path, site, role in _needs(inventory):
        hosts = entry.hosts_at(site, inventory.sites[site].kind)
        if hosts and not any(role in roles for roles in hosts.values()):
            yield Problem(
                document.at(*path),
                "NDC-E0805",
                f"no host of {site} can carry {path[1]} under profile {profile}",
                expected=f"a host with role {role}",
                actual=listed({role for roles in hosts.values() for role in roles}),
                next_step=f"choose another site, or give a host of {site} the role",
                related=Related("the profile", document.key_at("profiles", profile)),
            )


def _needs(inventory: Inventory) -> Iterator[tuple[Path, SiteName, Role]]:
    for link, ends in inventory.links.items():
        for index, site in enumerate(ends.ends):
            yield ("links", link, "ends", index), site, Role.BORDER
    for database, copies in inventory.databases.items():
        for key in ("synchronous", "asynchronous"):
            for index, site in enumerate(getattr(copies, key)):
                yield ("databases", database, key, index), site, Role.DATABASE
    for service, entry in inventory.services.items():
        yield ("services", service, "home"), entry.home, Role.SERVICE
        for index, site in enumerate(entry.refuges):
            yield ("services", service, "refuges", index), site, Role.SERVICE


def _host_names(
    profile: ProfileName, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem where two sites' hosts come out with one name: a + b-c and a-b + c."""
    hosts = hosts_of(inventory, profile)
    for name, count in Counter(host.name for host in hosts).items():
        if count > 1:
            sites = [host.site for host in hosts if host.name == name]
            yield Problem(
                document.key_at("sites", sites[-1]),
                "NDC-E0806",
                f"{' and '.join(sites)} both have a host {name} under profile {profile}",
                expected="host names that differ",
                actual=name,
                next_step="rename one of the sites",
            )
