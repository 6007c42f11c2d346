from __future__ import annotations

import pytest

from core.errors import InventoryInvalid, PlanRefused
from inventory.allocate import Allocations, allocate
from inventory.allocations import Series
from inventory.loader import load
from inventory.model import Inventory
from inventory.names import LinkName, SiteName
from tests.inventories.generated import as_text, ring
from tests.networks import DECLARED, FOURTH_SITE, declared, network_of

NORTH = LinkName("ndc01-ndc02-north")
SOUTH = LinkName("ndc01-ndc02-south")
NEW = LinkName("ndc01-ndc02-a-new-one")


def _ring(*names: str) -> Inventory:
    return load(as_text(ring(names)))


def test_new_names_are_numbered_in_alphabetical_order() -> None:
    numbers = allocate(_ring("c", "a", "b"), "any", Allocations())

    assert numbers.series["sites"].given == {"a": 1, "b": 2, "c": 3}
    assert min(numbers.series["management"].given.values()) == 10


def test_a_number_whose_name_is_gone_rests() -> None:
    first = allocate(_ring("a", "b", "c"), "any", Allocations())

    then = allocate(_ring("a", "c", "d"), "any", first)

    assert then.series["sites"] == Series({"a": 1, "c": 3, "d": 4}, {"b": 2})


def test_a_name_that_returns_after_others_went_has_its_number_back() -> None:
    first = allocate(_ring("a", "b", "c"), "any", Allocations())
    gone = allocate(_ring("c"), "any", first)
    later = allocate(_ring("c", "d"), "any", gone)

    back = allocate(_ring("b", "c", "d"), "any", later)

    assert back.series["sites"] == Series({"b": 2, "c": 3, "d": 4}, {"a": 1})


def test_a_resting_number_is_given_again_when_no_other_is_left() -> None:
    names = [f"s{n:02}" for n in range(31)]
    full = allocate(_ring(*names), "any", Allocations())

    then = allocate(_ring(*names[1:], "new"), "any", full)

    assert then.number("sites", "new") == full.number("sites", "s00")
    assert then.series["sites"].released == {}


def test_a_link_that_replaces_another_lands_where_that_one_did() -> None:
    inventory = declared(DECLARED)
    first = allocate(inventory, "compact", Allocations())
    left = {name: link for name, link in inventory.links.items() if name != SOUTH}
    gone = allocate(inventory.model_copy(update={"links": left}), "compact", first)
    replaced = left | {NEW: inventory.links[SOUTH]}

    made = network_of(inventory.model_copy(update={"links": replaced}), "compact", gone)

    assert made.link(NORTH).a.host == "ndc01-edge1"
    assert made.link(NEW).a.host == "ndc01-edge2"


def test_a_fourth_site_moves_nobody() -> None:
    before = allocate(declared(DECLARED), "compact", Allocations())
    was = network_of(declared(DECLARED), "compact", before)

    now = network_of(declared(DECLARED, FOURTH_SITE), "compact", before)

    assert set(was.hosts) < set(now.hosts)
    assert set(was.links) < set(now.links)
    assert now.site(SiteName("ndc04")).number == 5


def test_what_was_written_is_read_back() -> None:
    first = allocate(_ring("a", "b", "c"), "any", Allocations())
    numbers = allocate(_ring("b", "c"), "any", first)

    assert Allocations.from_yaml(numbers.to_yaml()) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "sites: {given: {a: one}}",
        "sites: [a, b]",
        "sites: {given: {a: 1}",
        "sites: {given: {a: 1, b: 1}}",
        "sites: {given: {a: 1}, released: {b: 1}}",
        "",
        "[]",
    ],
)
def test_a_damaged_file_is_refused(text: str) -> None:
    with pytest.raises(InventoryInvalid, match=r"allocations\.yaml"):
        Allocations.from_yaml(text)


def test_a_number_that_left_its_pool_is_refused() -> None:
    known = Allocations({"sites": Series({"a": 99})})

    with pytest.raises(InventoryInvalid, match="a holds number 99"):
        allocate(_ring("a", "b"), "any", known)


def test_a_profile_that_is_not_declared_is_refused() -> None:
    with pytest.raises(PlanRefused) as caught:
        allocate(declared(DECLARED), "compct", Allocations())

    assert caught.value.next_step == "did you mean compact?"
