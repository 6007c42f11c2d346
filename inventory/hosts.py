"""The hosts that a profile gives to each site, before they have numbers."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import PlanRefused
from inventory.model import Inventory, Profile
from inventory.names import HostName, ProfileName, SiteName
from inventory.network import Role
from inventory.problems import listed, nearest


@dataclass(frozen=True, slots=True)
class DeclaredHost:
    """One host that a profile gives to a site; its name is the site's and its own."""

    name: HostName
    site: SiteName
    roles: frozenset[Role]


def hosts_of(inventory: Inventory, profile: str) -> tuple[DeclaredHost, ...]:
    """Return the hosts of ``profile``, sorted by site and name.

    Raises:
        PlanRefused: there is no such profile.
    """
    definition = profile_of(inventory, profile)
    return tuple(
        DeclaredHost(HostName(f"{site}-{host}"), site, roles)
        for site, entry in sorted(inventory.sites.items())
        for host, roles in sorted(definition.hosts_at(site, entry.kind).items())
    )


def profile_of(inventory: Inventory, profile: str) -> Profile:
    """Return the profile called ``profile``.

    Raises:
        PlanRefused: there is none.
    """
    if entry := inventory.profiles.get(ProfileName(profile)):
        return entry
    hint = nearest(profile, inventory.profiles)
    raise PlanRefused(
        f'there is no profile "{profile}" in the inventory',
        expected=listed(inventory.profiles),
        actual=profile,
        next_step=f"did you mean {hint}?" if hint else "name one of them with --profile",
    )
