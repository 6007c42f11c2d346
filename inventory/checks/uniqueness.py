"""Things that may be named or used only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory.checks.references import namings
from inventory.documents import Document, Path
from inventory.endpoints import FIXED, leader_port, patroni_port
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.postgresql import TAKEN
from inventory.problems import Place, Problem, Related, brief


def uniqueness(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every name and every port that is used twice."""
    named = [*namings(inventory)]
    for naming in named:
        for name, count in Counter(naming.names).items():
            if count > 1:
                yield _twice(naming.path, naming.names, name, document)
    for path, words in _lists(document.tree, ()):
        # of readers that is told with the store
        if path not in {naming.path for naming in named} and path[-1] != "readers":
            for word, count in Counter(words).items():
                if count > 1:
                    yield _twice(path, words, word, document)
    yield from _ports(inventory, document)
    yield from _taken(inventory, document)
    yield from _named_alike(inventory, document)


def _named_alike(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every name that two kinds of things have: a person tells them by it."""
    owners: dict[str, tuple[str, Path]] = {}
    for kind, name, path in _things(inventory):
        other, first = owners.setdefault(name, (kind, path))
        if path != first and other != kind:
            yield Problem(
                document.key_at(*path),
                "NDC-E0307",
                f"a {kind} and a {other} have one name:",
                expected="one name for one thing",
                actual=f"a {kind}, and a {other}",
                next_step="rename one of them",
                related=Related(f"the {other}", document.key_at(*first)),
                conditions=(name,),
            )


def _things(inventory: Inventory) -> Iterator[tuple[str, str, Path]]:
    """Yield kind, name and place of what is told by its name; hosts of every profile."""
    for site in inventory.sites:
        yield "site", site, ("sites", site)
        yield "segment", f"{site}-lan", ("sites", site)
    for profile in inventory.profiles:
        for host in hosts_of(inventory, profile):
            kind, own = inventory.sites[host.site].kind, host.name.removeprefix(f"{host.site}-")
            yield "host", host.name, ("profiles", profile, "kinds", kind, own)
    for section in ("links", "databases", "services", "stores"):
        for name in getattr(inventory, section):
            yield section.removesuffix("s"), name, (section, name)


def _lists(value: object, path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield each list of words in ``value``, and where it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(inner, (*path, key))
    elif isinstance(value, list):
        words = tuple(word for word in value if isinstance(word, str))
        if len(words) == len(value):
            yield path, words


def _twice(path: Path, names: tuple[str, ...], name: str, document: Document) -> Problem:
    second = names.index(name, names.index(name) + 1)
    return Problem(
        document.at(*path, second),
        "NDC-E0303",
        f'{" of ".join(str(step) for step in path[:0:-1])} names "{brief(name)}" twice',
        expected="each name once",
        actual=", ".join(names),
        next_step="remove one, or write the name that was meant",
    )


def _ports(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every port that two programs use: any two workloads may share a host."""
    owners: dict[int, Related | None] = dict.fromkeys(FIXED)
    workloads: list[tuple[Place, str, tuple[int, ...]]] = [
        (document.at("services", name, "port"), name, (entry.port,))
        for name, entry in inventory.services.items()
    ]
    workloads += [
        (
            document.at("databases", name, "port"),
            name,
            (entry.port, leader_port(entry.port), patroni_port(entry.port)),
        )
        for name, entry in inventory.databases.items()
    ]
    for place, name, ports in sorted(workloads):
        taken = [port for port in ports if port in owners]
        if taken:
            yield Problem(
                place,
                "NDC-E0304",
                f"port {taken[0]} of {name} is in use",
                expected="a port of its own",
                actual=str(taken[0]),
                next_step="choose another; a database also takes its port"
                f" plus {leader_port(0)} and plus {patroni_port(0)}",
                related=owners[taken[0]],
            )
        for port in ports:
            owners.setdefault(port, Related(f"used by {name}", place))


def _taken(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every service whose database inside PostgreSQL cannot have its name."""
    for name in inventory.services.keys() & TAKEN:
        yield Problem(
            document.key_at("services", name),
            "NDC-E0306",
            f'"{name}" already means something inside PostgreSQL',
            expected="a name for a database and a role there",
            actual=name,
            next_step="choose another name for the service",
        )
