"""What a site must have for what is placed there, under every profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from inventory.documents import Document, Path
from inventory.hosts import hosts_of
from inventory.model import DatabaseEntry, Inventory
from inventory.names import DatabaseName, ProfileName, SiteName
from inventory.network import Role, SiteKind
from inventory.problems import Problem, Related, listed, some

_FEW: Final = 2
"""uses that may be misplaced; of more at several sites the profile is what is wrong"""


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
                related=Related("the copies", document.at("databases", name, "synchronous")),
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
    yield from _refuges(inventory, document)


def _refuges(inventory: Inventory, document: Document) -> Iterator[Problem]:
    for section in ("services", "stores"):
        for name, entry in getattr(inventory, section).items():
            if entry.home in entry.refuges:
                yield Problem(
                    document.at(section, name, "refuges", entry.refuges.index(entry.home)),
                    "NDC-E0803",
                    f"{entry.home} is home and refuge of {name}",
                    expected="refuges other than the home",
                    actual=entry.home,
                    next_step="remove it from the refuges",
                )


def _copies(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a site that is to hold several copies, and is named for none."""
    for name, database in inventory.databases.items():
        holding = {*database.synchronous, *database.asynchronous}
        for site in database.copies.keys() - holding:
            yield Problem(
                document.key_at("databases", name, "copies", site),
                "NDC-E0808",
                f"{site} is to hold copies of {name}, and holds none",
                expected=f"one of {listed(holding)}",
                actual=site,
                next_step=f"add {site} to synchronous or asynchronous, or remove it here",
            )


def _kinds(profile: ProfileName, inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for each kind of sites that have no host."""
    kinds = inventory.profiles[profile].kinds
    without: dict[SiteKind, list[SiteName]] = {}
    for site, entry in inventory.sites.items():
        if not kinds.get(entry.kind):
            without.setdefault(entry.kind, []).append(site)
    for kind, (site, *others) in without.items():
        place = document.key_at("profiles", profile, "kinds")
        yield Problem(
            place if others else document.at("sites", site, "kind"),
            "NDC-E0804",
            f"{' and '.join([site, *others])} {'have' if others else 'has'} no host",
            expected=f"a kind that the profile knows: {listed(kinds)}",
            actual=kind,
            next_step=f"give the profile hosts for a {kind}",
            related=Related("the profile", document.key_at("profiles", profile)),
            conditions=(f"under profile {profile}",),
        )


def _carriers(profile: ProfileName, inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for each use of a site whose hosts lack the role for it.

    Where no site of a kind has the role, the kind lacks it: that is one problem.
    """
    entry = inventory.profiles[profile]
    lacking: dict[tuple[SiteKind, Role], list[_Use]] = {}
    for use in _uses(inventory):
        # copies at a site that is none are told elsewhere
        if site := inventory.sites.get(use.site):
            hosts = entry.hosts_at(use.site, site.kind)
            if hosts and sum(use.role in roles for roles in hosts.values()) < use.count:
                lacking.setdefault((site.kind, use.role), []).append(use)
    for (kind, role), uses in lacking.items():
        has_it = any(role in roles for roles in entry.kinds[kind].values())
        if has_it or len(uses) <= _FEW or len({use.site for use in uses}) == 1:
            yield from (_too_few(use, profile, inventory, document) for use in uses)
        else:
            yield _none(kind, role, uses, profile, document)


def _none(
    kind: SiteKind, role: Role, uses: Sequence[_Use], profile: ProfileName, document: Document
) -> Problem:
    """Return the problem that a kind of site has no host with ``role``, which several need."""
    names = dict.fromkeys(str(use.path[1]) for use in uses)
    sites = dict.fromkeys(use.site for use in uses)
    return Problem(
        document.key_at("profiles", profile, "kinds", kind),
        "NDC-E0805",
        f"no {kind} has a host for {role} under profile {profile}",
        expected=f"a host with role {role} at {some([*sites])}",
        actual=f"none, for {some([*names])}",
        next_step="give a host of that kind the role, or choose other sites",
        related=Related("a use", document.at(*uses[0].path)),
    )


def _too_few(use: _Use, profile: ProfileName, inventory: Inventory, document: Document) -> Problem:
    site, role, count = use.site, use.role, use.count
    hosts = inventory.profiles[profile].hosts_at(site, inventory.sites[site].kind)
    able = sum(role in roles for roles in hosts.values())
    too_few = f"no host of {site}" if count == 1 else f"fewer than {count} hosts of {site}"
    return Problem(
        document.at(*use.path),
        "NDC-E0805",
        f"{too_few} can carry {use.path[1]}",
        expected=f"a host with role {role}" if count == 1 else f"{count} with role {role}",
        actual=str(able) if able else listed({role for roles in hosts.values() for role in roles}),
        next_step=f"choose another site, or give a host of {site} the role",
        related=Related("the profile", document.key_at("profiles", profile)),
        conditions=(f"under profile {profile}",),
    )


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a site is named for something, and how many of its hosts need which role for it."""

    path: Path
    site: SiteName
    role: Role
    count: int = 1


def _uses(inventory: Inventory) -> Iterator[_Use]:
    for link, ends in inventory.links.items():
        for index, site in enumerate(ends.ends):
            yield _Use(("links", link, "ends", index), site, Role.BORDER)
    for name, database in inventory.databases.items():
        yield from _uses_for_copies(name, database)
    for section, role in (("services", Role.SERVICE), ("stores", Role.STORAGE)):
        for workload, entry in getattr(inventory, section).items():
            yield _Use((section, workload, "home"), entry.home, role)
            for index, site in enumerate(entry.refuges):
                yield _Use((section, workload, "refuges", index), site, role)


def _uses_for_copies(name: DatabaseName, database: DatabaseEntry) -> Iterator[_Use]:
    for key in ("synchronous", "asynchronous"):
        for index, site in enumerate(getattr(database, key)):
            yield _Use(("databases", name, key, index), site, Role.DATABASE)
    for site in database.copies.keys() & {*database.synchronous, *database.asynchronous}:
        path = ("databases", name, "copies", site)
        yield _Use(path, site, Role.DATABASE, database.copies[site])


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
                f"{' and '.join(sites)} both have a host {name}",
                expected="host names that differ",
                actual=name,
                next_step="rename one of the sites",
                conditions=(f"under profile {profile}",),
            )
