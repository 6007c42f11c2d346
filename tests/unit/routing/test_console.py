"""What ndc-detour says to a router's bgpd: two sentences, to neighbours that it knows."""

from __future__ import annotations

import asyncio
import json
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from core.errors import NotSeen
from routing import answers
from routing.onhost.console import BgpConsole
from tests.consoles import knowing, listening

NORTH, SOUTH = IPv4Address("198.19.100.1"), IPv4Address("198.19.100.3")
ASN = 4200000001
IN_FAMILY = ["configure terminal", f"router bgp {ASN}", "address-family ipv4 unicast"]
HAS_MAP = {"show route-map AVOID json": ('{"BGP":{"AVOID":{"invoked":0}}}', 0)}
HAS_NO_MAP = {"show route-map AVOID json": ("{}", 0)}
OBEYS = dict.fromkeys(
    [*IN_FAMILY, *(f"neighbor {NORTH} route-map {name} in" for name in ("AVOID", "RECEIVE"))],
    ("", 0),
)


def _neighbours(**policies: str | None) -> dict[str, tuple[str, int]]:
    family = {
        f"198.19.100.{number.removeprefix('n')}": {
            "addressFamilyInfo": {"ipv4Unicast": {"routeMapForIncomingAdvertisements": policy}}
        }
        for number, policy in policies.items()
    }
    return {answers.NEIGHBOURS: (json.dumps(family), 0)}


def test_two_sentences_are_said(tmp_path: Path) -> None:
    heard: list[str] = []
    console = BgpConsole(ASN, tmp_path)

    with listening(tmp_path, "bgpd", knowing({**HAS_MAP, **OBEYS}, heard)):
        asyncio.run(console.avoid([NORTH]))
        asyncio.run(console.use([NORTH]))
        asyncio.run(console.use([]))

    assert heard == [
        *HAS_MAP,
        *IN_FAMILY,
        f"neighbor {NORTH} route-map AVOID in",
        *IN_FAMILY,
        f"neighbor {NORTH} route-map RECEIVE in",
    ]


def test_a_route_map_that_is_not_there_is_given_to_nobody(tmp_path: Path) -> None:
    heard: list[str] = []

    with (
        listening(tmp_path, "bgpd", knowing({**HAS_NO_MAP, **OBEYS}, heard)),
        pytest.raises(NotSeen, match="no route-map AVOID"),
    ):
        asyncio.run(BgpConsole(ASN, tmp_path).avoid([NORTH]))

    assert heard == [*HAS_NO_MAP]


def test_who_is_heard_otherwise_is_nobodys_to_change(tmp_path: Path) -> None:
    told = _neighbours(n1="AVOID", n3="RECEIVE", n5="BY-HAND", n7=None)

    with listening(tmp_path, "bgpd", knowing(told)):
        avoided = asyncio.run(BgpConsole(ASN, tmp_path).avoided())

    assert avoided == {NORTH: True, SOUTH: False}
