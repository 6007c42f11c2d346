"""Every name that is used is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.checks.shape import UNREADABLE
from inventory.documents import Document, Path
from inventory.model import Inventory, Profile
from inventory.names import ProfileName
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
    "services": {"tier": "tiers", "home": "sites", "refuges": "sites", "database": "databases"},
    "drills": {"service": "services"},
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
    if (profile := inventory.network.default_profile) != UNREADABLE:
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
        entries = document.tree.get(naming.section, {})
        if isinstance(entries, dict):
            for index, name in enumerate(naming.names):
                if name not in entries:
                    yield _nowhere(naming, index, entries, document)
    for profile, hosts in inventory.profiles.items():
        yield from _added_sites(profile, hosts, inventory, document)
        yield from _added_hosts(profile, hosts, inventory, document)


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


def _added_sites(
    name: ProfileName, profile: Profile, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for each site that ``profile``, called ``name``, adds to and that is none."""
    sites = document.tree.get("sites", {})
    for site in profile.additions:
        if site not in inventory.sites and site not in sites:
            hint = nearest(site, sites)
            yield Problem(
                document.key_at("profiles", name, "additions", site),
                "NDC-E0302",
                f'profile {name} adds roles at "{site}", which is no site',
                expected=f"a declared site: {listed(sites)}",
                actual=site,
                next_step=f"did you mean {hint}?" if hint else "declare the site, or remove it",
            )


def _added_hosts(
    name: ProfileName, profile: Profile, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for each host that ``profile``, called ``name``, adds to but lacks."""
    for site, additions in profile.additions.items():
        entry = inventory.sites.get(site)
        hosts = profile.kinds.get(entry.kind, {}) if entry else additions
        for host in sorted(additions.keys() - hosts.keys()):
            hint = nearest(host, hosts)
            yield Problem(
                document.key_at("profiles", name, "additions", site, host),
                "NDC-E0305",
                f'{site} has no host "{host}" under profile {name}',
                expected=f"one of {listed(hosts)}",
                actual=host,
                next_step=f"did you mean {hint}?" if hint else "add the host to the site's kind",
            )
