"""Every name that is used is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from inventory.checks.stand_ins import UNREADABLE
from inventory.documents import Document, Path
from inventory.model import Inventory
from inventory.problems import Problem, brief, foreign, listed, nearest

_DECLARED_IN: Mapping[str, Mapping[str, str]] = {
    "policies": {"outside_regions_of": "sites"},
    "sites": {"region": "regions", "policies": "policies"},
    "links": {"ends": "sites"},
    "databases": {
        "tier": "tiers",
        "home": "sites",
        "synchronous": "sites",
        "asynchronous": "sites",
    },
    "services": {
        "tier": "tiers",
        "home": "sites",
        "refuges": "sites",
        "database": "databases",
        "needs": "services",
    },
    "stores": {"tier": "tiers", "home": "sites", "refuges": "sites"},
    "drills": {"service": "services"},
    "time_servers": {"sites": "sites"},
}
"""section → key of its entries → the section that declares what is named there"""


@dataclass(frozen=True, slots=True)
class Naming:
    """Names written in one place, and the section that must declare them."""

    path: Path
    names: tuple[str, ...]
    section: str
    is_list: bool = True

    def path_of(self, index: int) -> Path:
        """Return where the name with that index is written."""
        return (*self.path, index) if self.is_list else self.path


def namings(inventory: Inventory) -> Iterator[Naming]:
    """Yield every value of the inventory that names other parts of it."""
    profile = inventory.network.default_profile
    yield Naming(("network", "default_profile"), (profile,), "profiles", is_list=False)
    yield Naming(("failure_policy", "regions"), inventory.failure_policy.regions, "regions")
    for section, keys in _DECLARED_IN.items():
        for name, entry in getattr(inventory, section).items():
            for key, target in keys.items():
                value = getattr(entry, key)
                is_list = isinstance(value, tuple)
                names = value if is_list else (value,)
                yield Naming((section, name, key), names, target, is_list)


def references(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every name that leads nowhere; a name may lead to a misshapen entry."""
    for naming in namings(inventory):
        is_required = Inventory.model_fields[naming.section].is_required()
        entries = document.tree.get(naming.section, None if is_required else {})
        if isinstance(entries, dict) and naming.section not in document.lost:
            for index, name in enumerate(naming.names):
                if name not in entries and name != UNREADABLE:
                    yield _nowhere(naming, index, entries, document)
    is_known = inventory.sites and "sites" not in document.lost
    for path, names in strange_additions(inventory) if is_known else ():
        yield _addition(path, names, document)


def _nowhere(
    naming: Naming, index: int, entries: Mapping[str, object], document: Document
) -> Problem:
    """Return the problem of name ``index`` of ``naming``, which is none of ``entries``."""
    name = naming.names[index]
    singular = {"policies": "policy"}.get(naming.section, naming.section.removesuffix("s"))
    hint = nearest(name, entries)
    return Problem(
        document.at(*naming.path_of(index)),
        "NDC-E0301",
        f'{" of ".join(str(step) for step in naming.path[:0:-1])} names "{brief(name)}", '
        f"which is no {singular}",
        expected=f"a declared {singular}: {listed(entries)}",
        actual=f"{brief(name)}{foreign(name)}",
        next_step=f"did you mean {hint}?" if hint else f"declare the {singular}, or name another",
    )


def strange_additions(inventory: Inventory) -> Iterator[tuple[Path, AbstractSet[str]]]:
    """Yield where a profile adds roles to a site or a host that is none, and which there are."""
    for name, profile in inventory.profiles.items():
        for site, additions in profile.additions.items():
            path = ("profiles", name, "additions", site)
            if not (entry := inventory.sites.get(site)):
                yield path, inventory.sites.keys()
                continue
            hosts = profile.kinds.get(entry.kind, {})
            for host in sorted(additions.keys() - hosts.keys()):
                yield (*path, host), hosts.keys()


def _addition(path: Path, names: AbstractSet[str], document: Document) -> Problem:
    """Return the problem of the site or host at ``path``, which is none of ``names``."""
    _, profile, _, site, *host = map(str, path)
    hint = nearest(str(path[-1]), names)
    place, meant = document.key_at(*path), f"did you mean {hint}?"
    if host:
        return Problem(
            place,
            "NDC-E0305",
            f'{site} has no host "{host[0]}" under profile {profile}',
            expected=f"one of {listed(names)}",
            actual=host[0],
            next_step=meant if hint else "add the host to the site's kind",
        )
    return Problem(
        place,
        "NDC-E0302",
        f'profile {profile} adds roles at "{site}", which is no site',
        expected=f"a declared site: {listed(names)}",
        actual=site,
        next_step=meant if hint else "declare the site, or remove it",
    )
