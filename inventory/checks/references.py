"""Every name that is used is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from inventory.checks.stand_ins import UNREADABLE
from inventory.documents import Document, Path
from inventory.model import Inventory, Profile
from inventory.names import ProfileName
from inventory.problems import Problem, brief, foreign, listed, nearest

DECLARED_IN: Mapping[str, Mapping[str, str]] = {
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
_FEW: Final = 3
"""places where a name may be misspelt the same"""


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


@dataclass(frozen=True, slots=True)
class StrayKey:
    """A key that names nothing that is declared."""

    path: Path
    names: AbstractSet[str]
    """what it could have named"""
    kind: str
    """of what it should name: ``site``"""
    code: str
    what: str

    @property
    def section(self) -> str:
        """Return which section says what there is of that kind."""
        return {"host": "sites"}.get(self.kind, f"{self.kind}s")


def namings(inventory: Inventory) -> Iterator[Naming]:
    """Yield every value of the inventory that names other parts of it."""
    profile = inventory.network.default_profile
    yield Naming(("network", "default_profile"), (profile,), "profiles", is_list=False)
    yield Naming(("failure_policy", "regions"), inventory.failure_policy.regions, "regions")
    for section, keys in DECLARED_IN.items():
        for name, entry in getattr(inventory, section).items():
            for key, target in keys.items():
                value = getattr(entry, key)
                is_list = isinstance(value, tuple)
                names = value if is_list else (value,)
                yield Naming((section, name, key), names, target, is_list)


def references(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every name that leads nowhere; a name may lead to a misshapen entry.

    A name that stands in many places is right, and not declared: that is one problem.
    """
    nowhere: dict[tuple[str, str], list[Problem]] = {}
    for section, name, problem in _leading_nowhere(inventory, document):
        nowhere.setdefault((section, name), []).append(problem)
    for (_, name), problems in nowhere.items():
        first = min(problems, key=lambda problem: problem.place)
        more = f"{brief(name)}, here and at {len(problems) - 1} more places"
        yield from problems if len(problems) <= _FEW else [replace(first, actual=more)]


def _leading_nowhere(
    inventory: Inventory, document: Document
) -> Iterator[tuple[str, str, Problem]]:
    """Yield section, name and problem of every name and key that leads nowhere."""
    for naming in namings(inventory):
        is_required = Inventory.model_fields[naming.section].is_required()
        entries = document.tree.get(naming.section, None if is_required else {})
        if isinstance(entries, dict) and naming.section not in document.lost:
            for index, name in enumerate(naming.names):
                if name not in entries and name != UNREADABLE:
                    yield naming.section, name, _nowhere(naming, index, entries, document)
    for stray in strays(inventory):
        if stray.names and stray.section not in document.lost:
            yield f"{stray.kind}s", str(stray.path[-1]), _stray(stray, document)


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


def strays(inventory: Inventory) -> Iterator[StrayKey]:
    """Yield every key that names a site, a host or a tier that is none."""
    sites, tiers = inventory.sites.keys(), inventory.tiers.keys()
    for name, profile in inventory.profiles.items():
        yield from _additions(name, profile, inventory)
        for pool, entry in profile.storage.items():
            for site in sorted(entry.sizes.keys() - sites):
                what = f'pool {pool} has a size at "{brief(site)}", which is no site'
                path = ("profiles", name, "storage", pool, "sizes", site)
                yield StrayKey(path, sites, "site", "NDC-E1009", what)
    for drill, practice in inventory.drills.items():
        for tier in sorted(practice.every.keys() - tiers):
            what = f'every of {drill} names "{brief(tier)}", which is no tier'
            yield StrayKey(("drills", drill, "every", tier), tiers, "tier", "NDC-E0301", what)


def _additions(name: ProfileName, profile: Profile, inventory: Inventory) -> Iterator[StrayKey]:
    """Yield every site and host that is none, and to which ``profile`` adds roles."""
    sites = inventory.sites.keys()
    for site, additions in profile.additions.items():
        path = ("profiles", name, "additions", site)
        if site not in sites:
            what = f'profile {name} adds roles at "{brief(site)}", which is no site'
            yield StrayKey(path, sites, "site", "NDC-E0302", what)
            continue
        hosts = profile.kinds.get(inventory.sites[site].kind, {}).keys()
        for host in sorted(additions.keys() - hosts):
            what = f'{site} has no host "{brief(host)}" under profile {name}'
            yield StrayKey((*path, host), hosts, "host", "NDC-E0305", what)


def _stray(stray: StrayKey, document: Document) -> Problem:
    wrong = str(stray.path[-1])
    hint = nearest(wrong, stray.names)
    return Problem(
        document.key_at(*stray.path),
        stray.code,
        stray.what,
        expected=f"a declared {stray.kind}: {listed(stray.names)}",
        actual=f"{brief(wrong)}{foreign(wrong)}",
        next_step=f"did you mean {hint}?" if hint else f"declare the {stray.kind}, or remove it",
    )
