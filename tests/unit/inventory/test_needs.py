"""In which order services move that need each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from inventory.names import ServiceName
from inventory.needs import circles, in_order
from inventory.network import Service
from tests.networks import network

PORTAL = network().service(ServiceName("public-service-portal"))


def _service(name: str, tier: str, *needs: str) -> Service:
    return replace(PORTAL, name=ServiceName(name), tier=tier, needs=tuple(map(ServiceName, needs)))


SERVICES = (
    _service("archive", "T4"),
    _service("exchange", "T1", "validation"),
    _service("identity", "T0"),
    _service("portal", "T0", "exchange", "identity"),
    _service("validation", "T3"),
)


@pytest.mark.parametrize("given", [*permutations(SERVICES)])
def test_what_is_needed_comes_first_and_then_what_is_more_urgent(
    given: tuple[Service, ...],
) -> None:
    names = [service.name for service in in_order(given)]

    assert names == ["identity", "validation", "exchange", "portal", "archive"]


def test_what_is_needed_and_does_not_move_holds_nobody_up() -> None:
    (portal,) = in_order([SERVICES[3]])

    assert portal.name == "portal"


def test_a_circle_is_told_from_its_first_to_its_first() -> None:
    needs = {ServiceName(a): [ServiceName(b)] for a, b in ("ab", "bc", "ca", "da")}

    (found,) = circles(needs)

    assert found[0] == found[-1]
    assert {*found} == {"a", "b", "c"}
    assert all(needed in needs[one] for one, needed in pairwise(found))


def test_where_nobody_needs_themselves_there_is_no_circle() -> None:
    assert list(circles({service.name: service.needs for service in SERVICES})) == []


def test_each_circle_is_told_also_where_two_have_a_service_in_common() -> None:
    pairs = {"a": "b", "b": "a", "c": "de", "d": "c", "e": "c", "f": "f", "g": "a"}
    needs = {ServiceName(one): [*map(ServiceName, needed)] for one, needed in pairs.items()}

    found = sorted(sorted({*names}) for names in circles(needs))

    assert found == [["a", "b"], ["c", "d"], ["c", "e"], ["f"]]
