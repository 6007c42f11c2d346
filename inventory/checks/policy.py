"""Rules that the network's owner declared: regions, tiers."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.documents import Document
from inventory.model import Inventory
from inventory.problems import Problem, Related


def policy(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every rule that is broken."""
    yield from _tiers(inventory, document)
    yield from _regions(inventory, document)


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


def _regions(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for a site that lies in a region which a policy keeps it out of."""
    regions = {site: entry.region for site, entry in inventory.sites.items()}
    for site, region in regions.items():
        for rule in inventory.policies.keys() & {*inventory.sites[site].policies}:
            others = inventory.policies[rule].outside_regions_of
            shared = [other for other in others if regions.get(other) == region]
            if shared:
                yield Problem(
                    document.at("sites", site, "region"),
                    "NDC-E0412",
                    f'region of {site} is "{region}"',
                    expected=f"a region other than those of {' and '.join(others)}",
                    actual=f"{region}, the region of {' and '.join(shared)}",
                    next_step="choose another region, or change the policy",
                    related=Related(f"policy: {rule}", document.key_at("policies", rule)),
                )
