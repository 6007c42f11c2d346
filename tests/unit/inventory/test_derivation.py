from __future__ import annotations

from collections import Counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.allocate import Allocations, allocate
from inventory.loader import load
from inventory.network import Network
from inventory.problems import InventoryProblems
from tests.inventories.generated import as_text, country, ring
from tests.networks import DECLARED, THREE_SITES, TWIN_HOSTS, network, network_of, texts_of

NAMES = st.sets(st.sampled_from([f"site{n}" for n in range(12)]), min_size=2, max_size=8)
SECTIONS = {
    section: entries
    for text in texts_of(DECLARED).values()
    for section, entries in yaml.safe_load(text).items()
    if section not in {"format", "sites"}
} | {
    "sites": {
        name: entry
        for text in texts_of(DECLARED).values()
        for name, entry in yaml.safe_load(text).get("sites", {}).items()
    }
}


def _addresses(made: Network) -> list[str]:
    hosts = [str(a) for h in made.hosts for a in (h.management.ip, h.lan.ip, h.loopback)]
    ends = [str(end.address.ip) for link in made.links for end in (link.a, link.z)]
    return [*hosts, *ends, *(str(s.address) for s in made.services), str(made.operator_address.ip)]


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_neither_the_order_of_files_nor_of_keys_means_anything(random: object) -> None:
    # every entry in a file of its own, named and ordered by chance
    entries = [(s, name, entry) for s, named in SECTIONS.items() for name, entry in named.items()]
    random.shuffle(entries)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    texts = {
        f"{index:03}.yaml": yaml.safe_dump(
            {section: {name: _shuffled(entry, random)}}, sort_keys=False
        )
        for index, (section, name, entry) in enumerate(entries)
    }

    made = network_of(load(texts), "compact")

    assert made == network("compact")
    assert made.digest == network("compact").digest


@given(NAMES, st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, unique=True))
@settings(max_examples=25, deadline=None)
def test_no_address_and_no_number_is_given_twice(names: set[str], hosts: list[str]) -> None:
    made = network_of(load(as_text(ring(names, hosts))), "any")

    assert _twice(_addresses(made)) == []
    assert _twice([str(site.number) for site in made.sites]) == []
    assert _twice([str(site.asn) for site in made.sites]) == []
    assert _twice([str(link.number) for link in made.links]) == []


@given(st.lists(NAMES, min_size=2, max_size=4))
@settings(max_examples=25, deadline=None)
def test_whatever_comes_and_goes_what_stays_keeps_its_addresses(history: list[set[str]]) -> None:
    numbers, before = Allocations(), None
    for names in history:
        inventory = load(as_text(ring(names)))
        numbers = Allocations.from_yaml(allocate(inventory, "any", numbers).to_yaml())
        made = network_of(inventory, "any", numbers)

        assert _twice(_addresses(made)) == []
        if before is not None:
            _assert_unmoved(before, made)
        before = made


def _assert_unmoved(before: Network, after: Network) -> None:
    old_hosts = {host.name: host for host in before.hosts}
    old_links = {link.name: link for link in before.links}
    assert all(old_hosts.get(host.name, host) == host for host in after.hosts)
    assert all(old_links.get(link.name, link) == link for link in after.links)


def _shuffled(entry: object, random: object) -> object:
    if not isinstance(entry, dict):
        return entry
    keys = list(entry)
    random.shuffle(keys)  # type: ignore[attr-defined]  # as above
    return {key: _shuffled(entry[key], random) for key in keys}


def test_a_tier_that_does_not_say_when_a_site_is_stable_leaves_that_open() -> None:
    (portal,) = network("small", THREE_SITES).services

    assert portal.stable_for is None


def test_a_network_has_no_more_hosts_than_the_largest_management_network_has_addresses() -> None:
    with pytest.raises(InventoryProblems) as refused:
        load(as_text(country(66, 250)))

    (problem,) = refused.value.problems
    assert (problem.code, problem.expected) == ("NDC-E0504", "16373 hosts at most")


def test_fellows_are_the_other_hosts_of_the_site_that_may_serve() -> None:
    made = network("twins", TWIN_HOSTS)
    (service,) = made.services

    fellows = {host: made.fellows(service.name, host) for host in service.hosts}

    assert fellows == {
        "east-one": ("east-two",),
        "east-two": ("east-one",),
        "west-one": ("west-two",),
        "west-two": ("west-one",),
    }
    default = network()
    assert not any(default.fellows(s.name, host) for s in default.services for host in s.hosts)
