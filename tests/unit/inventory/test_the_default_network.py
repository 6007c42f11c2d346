from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from inventory.loader import load
from inventory.names import DatabaseName, ServiceName
from inventory.network import Network, Role
from inventory.problems import InventoryProblems
from tests.networks import DECLARED, FOURTH_SITE, TWO_SITES, declared, network, network_of, texts_of

VOTERS = {
    "compact": {"ndc01-data", "ndc02-data", "ndc03-data", "ndc03-app", "witness-control"},
    "tiny": {"ndc01-node", "ndc02-node", "ndc03-node", "ndc03-edge", "witness-node"},
}


def _hosts(made: Network, role: Role) -> set[str]:
    return {host.name for host in made.hosts_with(role)}


@pytest.mark.parametrize(("profile", "hosts"), [("compact", 14), ("tiny", 7)])
def test_a_profile_has_its_hosts_and_five_votes(profile: str, hosts: int) -> None:
    made = network(profile)

    assert len(made.hosts) == hosts
    assert set(made.voters) == VOTERS[profile]


def test_each_link_of_a_pair_lands_on_a_border_host_of_its_own() -> None:
    made = network("compact")

    for pair in ("ndc01-ndc02", "ndc01-ndc03", "ndc02-ndc03"):
        one, other = (link for link in made.links if link.pair == pair)
        assert one.a.host != other.a.host
        assert one.z.host != other.z.host
        assert not {*one.ducts} & {*other.ducts}


def test_a_site_with_one_border_host_gets_both_links() -> None:
    ends = {link.a.host for link in network("tiny").links if link.pair == "ndc01-ndc02"}

    assert ends == {"ndc01-edge"}


@pytest.mark.parametrize(
    ("synchronous", "waited_for"),
    [
        (["ndc01"], 1),
        (["ndc01", "ndc02"], 1),
        (["ndc01", "ndc03"], 1),
        (["ndc01", "ndc02", "ndc03"], 2),
    ],
)
def test_a_commit_waits_for_as_many_copies_as_a_promised_loss_takes_and_for_one_at_least(
    synchronous: list[str], waited_for: int
) -> None:
    inventory = declared(DECLARED)
    (name, entry), *_ = inventory.databases.items()
    changed = entry.model_copy(update={"synchronous": tuple(synchronous), "asynchronous": ()})

    made = network_of(inventory.model_copy(update={"databases": {name: changed}}), "compact")

    assert made.database(name).synchronous_node_count == waited_for
    assert [member.site for member in made.database(name).members] == synchronous


def test_delays_are_half_of_the_declared_round_trips() -> None:
    round_trips: dict[str, list[float]] = {}
    for link in network().links:
        milliseconds = 2 * link.delay / timedelta(milliseconds=1)
        round_trips.setdefault(link.pair, []).append(milliseconds)

    assert round_trips == {
        "ndc01-ndc02": [3, 3],
        "ndc01-ndc03": [25, 35],
        "ndc02-ndc03": [26, 36],
        "ndc01-witness": [11],
        "ndc02-witness": [12],
        "ndc03-witness": [13],
    }


def test_a_declared_rate_of_megabits_is_a_million_bits_each() -> None:
    inventory = declared(DECLARED)
    links = {
        name: entry.model_copy(update={"rate_mbps": 100}) for name, entry in inventory.links.items()
    }

    made = network_of(inventory.model_copy(update={"links": links}), "compact")

    assert {link.rate_bits_per_second for link in made.links} == {100_000_000}


def test_addresses_come_from_the_declared_pools() -> None:
    made = network("compact", number=3)
    site, host, link = made.sites[0], made.hosts[0], made.links[0]

    assert str(made.management) == "198.18.3.0/24"
    assert str(made.operator_address) == "198.18.3.1/24"
    assert (site.asn, str(site.lan), str(site.loopbacks)) == (
        4200000001,
        "198.19.33.0/24",
        "198.19.1.0/24",
    )
    assert (str(host.management), str(host.lan)) == ("198.18.3.10/24", "198.19.33.1/24")
    assert host.loopback == IPv4Address("198.19.1.1")
    assert (str(link.a.address), str(link.z.address)) == ("198.19.100.2/31", "198.19.100.3/31")
    assert made.services[0].address == IPv4Address("198.19.255.1")


def test_names_of_interfaces_fit_the_kernel() -> None:
    assert all(len(end.interface) <= 15 for x in network("compact").links for end in (x.a, x.z))


def test_the_general_database_is_synchronous_in_its_metro_only() -> None:
    database = network("compact").database(DatabaseName("general-db"))

    assert [(m.host, m.synchronous) for m in database.members] == [
        ("ndc01-data", True),
        ("ndc02-data", True),
        ("ndc03-data", False),
    ]
    assert database.synchronous_node_count == 1


@pytest.mark.parametrize(
    ("profile", "usual", "second"),
    [("compact", "data", "ndc03-app"), ("tiny", "node", "ndc03-edge")],
)
def test_identity_has_a_copy_in_each_region_of_whatever_it_acknowledged(
    profile: str, usual: str, second: str
) -> None:
    made = network(profile)
    database = made.database(DatabaseName("identity-db"))

    assert [(m.host, m.synchronous, m.barred) for m in database.members] == [
        (f"ndc01-{usual}", True, False),
        (f"ndc02-{usual}", True, False),
        (f"ndc03-{usual}", True, True),
        (second, True, True),
    ]
    assert database.synchronous_node_count == 2
    for failure in made.failure_sets:
        taken = [m for m in database.members if m.site in failure.sites]
        assert len(taken) <= database.synchronous_node_count


def test_a_second_place_for_copies_moves_no_database_that_has_one_copy_there() -> None:
    made = network("tiny")

    general = made.database(DatabaseName("general-db"))

    assert [m.host for m in general.members] == ["ndc01-node", "ndc02-node", "ndc03-node"]


def test_the_portal_can_be_served_at_home_and_in_every_refuge() -> None:
    portal = network("compact").service(ServiceName("public-service-portal"))

    assert portal.hosts == ("ndc01-app", "ndc02-app", "ndc03-app")
    assert portal.recovery_time == timedelta(minutes=15)
    assert portal.stable_for == timedelta(minutes=10)


def test_the_loss_of_every_site_and_of_the_capital_region_is_promised() -> None:
    assert {failure.sites for failure in network().failure_sets} == {
        frozenset({"ndc01"}),
        frozenset({"ndc02"}),
        frozenset({"ndc03"}),
        frozenset({"witness"}),
        frozenset({"ndc01", "ndc02"}),
    }


@pytest.mark.parametrize("profile", ["compact", "tiny"])
def test_a_fourth_site_is_an_edit_of_the_inventory(profile: str) -> None:
    made = network(profile, DECLARED, FOURTH_SITE)

    assert "ndc04" in {site.name for site in made.sites}
    assert {link.name for link in made.links} > {link.name for link in network(profile).links}
    assert set(made.voters) == VOTERS[profile], "a new site gets no vote until somebody says so"
    assert {h for h in _hosts(made, Role.SERVICE) if h.startswith("ndc04")}


def test_the_smallest_network_has_two_hosts_and_decides_nothing() -> None:
    made = network("tiny", TWO_SITES)

    assert [host.name for host in made.hosts] == ["east-node", "west-node"]
    assert made.voters == ()


def test_a_broken_policy_is_told_with_its_place_and_its_rule() -> None:
    texts = texts_of(DECLARED)
    texts["sites/ndc03.yaml"] = texts["sites/ndc03.yaml"].replace("south-east", "red-river-delta")

    with pytest.raises(InventoryProblems) as caught:
        load(texts)

    assert caught.value.exit_code == 3
    assert "\n".join(caught.value.lines()) == (
        'sites/ndc03.yaml:6:13  NDC-E0412  region of ndc03 is "red-river-delta"\n'
        "  expected  a region other than those of ndc01 and ndc02"
        "  (policy: out-of-region-backup, network.yaml:41)\n"
        "    actual  red-river-delta, the region of ndc01 and ndc02\n"
        " next step  choose another region, or change the policy\n"
        "\n"
        "1 problem in the inventory; nothing was touched"
    )
