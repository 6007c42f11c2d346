"""What FRR 8.4.4 answered on a router of profile ``tiny``, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from core.errors import NotSeen
from inventory.names import HostName
from routing import answers
from routing.health import RouterReading, missing
from tests.networks import network

RECORDED = Path(__file__).resolve().parents[2] / "recordings/frr"
EDGE = HostName("ndc01-edge")


def _seen() -> RouterReading:
    return RouterReading(
        answers.sessions((RECORDED / "sessions.json").read_text("utf-8")),
        answers.bfd_peers((RECORDED / "bfd_peers.json").read_text("utf-8")),
        answers.routes((RECORDED / "routes.json").read_text("utf-8")),
    )


def test_sessions_are_read_by_address_with_their_state() -> None:
    first, *others = _seen().sessions

    assert first.neighbour == IPv4Address("198.19.33.2")
    assert first.is_established
    assert len(others) == 5


def test_a_route_has_every_way_that_it_goes() -> None:
    routes = {route.prefix: route for route in _seen().routes}

    far = routes[IPv4Network("198.19.2.2/32")]
    assert far.is_installed
    assert far.next_hops == (IPv4Address("198.19.100.3"), IPv4Address("198.19.100.5"))


def test_a_router_that_has_everything_lacks_nothing() -> None:
    assert missing(network("tiny"), EDGE, _seen()) == []


def test_a_session_that_is_down_is_missing() -> None:
    seen = _seen()
    idle = replace(seen.sessions[0], state="Idle")

    lacks = missing(network("tiny"), EDGE, replace(seen, sessions=(idle, *seen.sessions[1:])))

    assert [str(lack) for lack in lacks] == [
        "ndc01-edge: session with ndc01-node (198.19.33.2) is Idle"
    ]


def test_a_session_that_nobody_watches_is_missing() -> None:
    lacks = missing(network("tiny"), EDGE, replace(_seen(), bfd_peers=()))

    assert len(lacks) == 6
    assert "BFD with ndc01-node (198.19.33.2) is not up" in str(lacks[0])


def test_a_route_that_the_kernel_does_not_have_is_missing() -> None:
    seen = _seen()
    routes = tuple(
        replace(route, is_installed=route.prefix != IPv4Network("198.19.4.1/32"))
        for route in seen.routes
    )

    lacks = missing(network("tiny"), EDGE, replace(seen, routes=routes))

    assert [str(lack) for lack in lacks] == ["ndc01-edge: no route to witness-node (198.19.4.1)"]


def test_a_router_that_was_never_configured_lacks_everything() -> None:
    nothing = RouterReading(answers.sessions("{}"), answers.bfd_peers("[]"), answers.routes("{}"))

    assert len(missing(network("tiny"), EDGE, nothing)) == 6 + 6


def test_a_prefix_is_of_the_systems_in_which_its_paths_end_whichever_way_they_take() -> None:
    of = network("tiny")
    first, second = of.sites[:2]  # the answer is that of a router at the second
    ends = answers.origins((RECORDED / "paths.json").read_text("utf-8"))

    for service in of.services:
        assert ends[IPv4Network(service.address)] == {first.asn}
    assert ends[second.lan] == {None}
    assert ends[first.lan] == {first.asn}


@pytest.mark.parametrize("read", [answers.sessions, answers.bfd_peers, answers.routes])
@pytest.mark.parametrize(
    "text", ["", "% Unknown command", "7", '"text"', '{"peers":{"x":{}}}', "[{}]"]
)
def test_what_cannot_be_read_is_no_answer(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(NotSeen):
        read(text)
