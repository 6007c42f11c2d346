"""What an edit of the inventory takes away."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from inventory.allocate import Allocations, allocate
from inventory.names import DatabaseName, HostName
from inventory.network import Host, Network
from stacks.removals import removals
from tests.networks import (
    FOURTH_SITE,
    PORTAL_ALONE,
    TWO_DATABASES,
    declared,
    network,
    network_of,
)

NODE = HostName("ndc03-node")


def _names(before: Network, after: Network) -> list[str]:
    return [removal.name for removal in removals(before, after)]


def _without(there: Network, *hosts: str) -> Network:
    return replace(there, hosts=tuple(host for host in there.hosts if host.name not in hosts))


@pytest.mark.parametrize("added", [[], [FOURTH_SITE], [TWO_DATABASES]])
def test_what_is_as_it_was_and_what_is_new_takes_nothing_away(added: list[Path]) -> None:
    numbers = allocate(declared(*PORTAL_ALONE), "tiny", Allocations())

    after = network_of(declared(*PORTAL_ALONE, *added), "tiny", numbers)

    assert removals(network("tiny", *PORTAL_ALONE), after) == ()


def test_without_workloads_services_and_databases_go() -> None:
    emptied = replace(network("tiny", *PORTAL_ALONE), services=(), databases=())

    assert {
        removal.name: removal.sentence
        for removal in removals(network("tiny", *PORTAL_ALONE), emptied)
    } == {
        "general-db": "database: nobody uses or watches its copies any more",
        "public-service-portal": "service: nobody answers citizens at 198.19.255.1",
    }


def test_a_service_that_leaves_its_database_leaves_what_was_submitted() -> None:
    two = network("tiny", *PORTAL_ALONE, TWO_DATABASES)
    other = next(database.name for database in two.databases if database.name != "general-db")
    (portal,) = (s for s in two.services if s.database == DatabaseName("general-db"))
    services = tuple(
        replace(service, database=other) if service == portal else service
        for service in two.services
    )

    (removal,) = removals(two, replace(two, services=services))

    assert removal.name == "public-service-portal"
    assert removal.sentence == (
        f"service: what was submitted stays in general-db, and it begins anew in {other}"
    )


def test_a_copy_that_is_not_declared_any_more_is_named_with_its_host() -> None:
    before = network("tiny", *PORTAL_ALONE)
    (database,) = before.databases
    fewer = tuple(member for member in database.members if member.host != NODE)

    after = replace(before, databases=(replace(database, members=fewer),))

    assert _names(before, after) == ["general-db/ndc03-node"]


def test_a_host_goes_with_what_it_holds() -> None:
    before = network("tiny", *PORTAL_ALONE)

    found = {removal.name: removal.sentence for removal in removals(before, _without(before, NODE))}

    assert found == {NODE: "host: it is removed, with its copy of general-db, its vote"}
    (probe,) = removals(before, _without(before, "witness-node"))
    assert "the ledger of what citizens were promised" in probe.sentence


def test_a_host_that_holds_nothing_of_its_own_may_go() -> None:
    before = network("compact", *PORTAL_ALONE)

    assert _names(before, _without(before, "ndc01-edge1")) == []


def test_a_host_that_is_made_anew_is_lost_whatever_it_holds() -> None:
    before = network("compact", *PORTAL_ALONE)

    def moved(host: Host) -> Host:
        if host.name not in {"ndc01-edge1", "ndc01-data"}:
            return host
        return replace(host, management=IPv4Interface(f"{host.management.ip + 100}/24"))

    after = replace(before, hosts=tuple(map(moved, before.hosts)))

    assert {removal.name: removal.sentence for removal in removals(before, after)} == {
        "ndc01-data": "host: it is made anew, and loses its copy of general-db, its vote",
        "ndc01-edge1": "host: it is made anew, and loses all that is on it",
    }


def test_a_store_and_a_copy_of_one_that_are_not_declared_any_more_are_named() -> None:
    before = network("compact")
    gone, fewer, *others = before.stores
    left = replace(fewer, copies=fewer.copies[:-1])

    found = {
        removal.name: removal.sentence
        for removal in removals(before, replace(before, stores=(left, *others)))
    }

    assert found == {
        gone.name: "store: nobody copies or watches it any more",
        f"{fewer.name}/{fewer.copies[-1].host}": (
            f"copy of {fewer.name}: nobody uses or watches it any more"
        ),
    }


def test_a_store_that_is_to_be_written_elsewhere_is_named() -> None:
    before = network("compact")
    moved, *others = before.stores
    changed = replace(moved, home=moved.refuges[0], refuges=(moved.home, *moved.refuges[1:]))

    (removal,) = removals(before, replace(before, stores=(changed, *others)))

    assert removal.name == moved.name
    assert (
        f"{moved.home} ends serving it, and {changed.home} begins with all of it"
        in removal.sentence
    )


def test_a_pool_goes_with_all_that_lies_in_it() -> None:
    before = network("compact")
    gone, *others = before.pools

    (removal,) = removals(before, replace(before, pools=tuple(others)))

    assert removal.name == gone.name
    assert removal.sentence == "storage pool: it is removed, with all that lies in it"
