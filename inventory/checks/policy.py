"""Rules that the network's owner declared: regions, tiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.text import duration
from inventory.checks.stand_ins import UNREADABLE
from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import PolicyName, SiteName
from inventory.needs import circles
from inventory.problems import Problem, Related

_LONGEST: Final = timedelta(days=30)


def policy(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every rule that is broken."""
    yield from _promises(inventory, document)
    yield from _stability(inventory, document)
    yield from _tiers(inventory, document)
    yield from _needs(inventory, document)
    yield from _regions(inventory, document)


def _promises(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a tier whose workloads are to be back before they are missed."""
    for name, tier in inventory.tiers.items():
        if not tier.recovery_time:
            yield Problem(
                document.at("tiers", name, "recovery_time"),
                "NDC-E0416",
                f"recovery_time of {name} is {duration(tier.recovery_time)}",
                expected="more than 0 s: a loss is noticed before it is mended",
                actual=duration(tier.recovery_time),
                next_step="write how soon its workloads are to be back",
            )


def _stability(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a tier that trusts a site as it returns, or waits for ever."""
    for name, tier in inventory.tiers.items():
        if tier.stable_for is not None and not timedelta() < tier.stable_for <= _LONGEST:
            yield Problem(
                document.at("tiers", name, "stable_for"),
                "NDC-E0413",
                f"stable_for of {name} is {duration(tier.stable_for)}",
                expected=f"more than 0 s and at most {_LONGEST.days} d",
                actual=duration(tier.stable_for),
                next_step="write how long a site that returned is to be up before it is moved to; "
                "to offer no move back, leave it out",
            )


def _tiers(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a service that promises more than the database it needs."""
    for name, service in inventory.services.items():
        database = inventory.databases.get(service.database)
        own = inventory.tiers.get(service.tier)
        base = database and inventory.tiers.get(database.tier)
        if not (database and own and base):
            continue
        if own.recovery_time < base.recovery_time or own.recovery_point < base.recovery_point:
            yield Problem(
                document.at("services", name, "tier"),
                "NDC-E0411",
                f"{name} is {service.tier} and needs {service.database}, which is {database.tier}",
                expected="a database that recovers as fast and loses as little",
                actual=f"{service.tier} needs {database.tier}",
                next_step=f"give {service.database} tier {service.tier}, or promise less",
                related=Related(
                    service.database, document.at("databases", service.database, "tier")
                ),
            )


def _needs(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for services that wait for each other, or for one that is back too late."""
    for waiting in circles({name: entry.needs for name, entry in inventory.services.items()}):
        yield Problem(
            document.at("services", waiting[0], "needs"),
            "NDC-E0415",
            f"{waiting[0]} needs itself",
            expected="services of which one can be the first to be back",
            actual=" needs ".join(waiting),
            next_step="remove one of these needs",
        )
    for name, service in inventory.services.items():
        for index, needed in enumerate(service.needs):
            other = inventory.services.get(needed)
            own = inventory.tiers.get(service.tier)
            base = other and inventory.tiers.get(other.tier)
            if other and own and base and own.recovery_time < base.recovery_time:
                yield Problem(
                    document.at("services", name, "needs", index),
                    "NDC-E0414",
                    f"{name} is {service.tier} and needs {needed}, which is {other.tier}",
                    expected="a service that recovers as fast",
                    actual=f"{service.tier} needs {other.tier}",
                    next_step=f"give {needed} tier {service.tier}, or promise less",
                    related=Related(needed, document.at("services", needed, "tier")),
                )


def as_allowed(inventory: Inventory) -> Inventory:
    """Return ``inventory`` with no site in a region that a policy keeps it out of.

    Such a site has a problem of its own; it lies in no region that is lost as one.
    """
    sites = dict(inventory.sites)
    for site, _, _ in _misplaced(inventory):
        sites[site] = sites[site].model_copy(update={"region": UNREADABLE})
    return inventory.model_copy(update={"sites": sites})


def _regions(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a site that lies in a region which a policy keeps it out of."""
    for site, rule, shared in _misplaced(inventory):
        region = inventory.sites[site].region
        others = inventory.policies[rule].outside_regions_of
        yield Problem(
            document.at("sites", site, "region"),
            "NDC-E0412",
            f'region of {site} is "{region}"',
            expected=f"a region other than those of {' and '.join(others)}",
            actual=f"{region}, the region of {' and '.join(shared)}",
            next_step="choose another region, or change the policy",
            related=Related(f"policy: {rule}", document.at("policies", rule, "outside_regions_of")),
        )


def _misplaced(inventory: Inventory) -> Iterator[tuple[SiteName, PolicyName, list[SiteName]]]:
    """Yield site, policy, and which sites lie in its region that the policy keeps it apart from."""
    regions = {site: entry.region for site, entry in inventory.sites.items()}
    for site, entry in inventory.sites.items():
        for rule in inventory.policies.keys() & {*entry.policies}:
            others = inventory.policies[rule].outside_regions_of
            if shared := [x for x in others if regions.get(x) == entry.region != UNREADABLE]:
                yield site, rule, shared
