"""A border refuses what is written down on it, however often its router starts anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from core.errors import JournalCorrupt, NotSeen
from inventory.names import SiteName
from routing import answers
from routing.onhost.console import BgpRefusals
from routing.onhost.refusing import RefusalRecord, Refusing
from routing.refusals import Refusals, entry
from tests.clocks import HandClock
from tests.consoles import knowing, listening

HERE, THERE = SiteName("ndc01"), SiteName("ndc02")
PORTAL, IDENTITY = IPv4Address("198.19.255.1"), IPv4Address("198.19.255.2")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@dataclass
class Router:
    """A router that remembers what it refuses until it is started anew."""

    lists: dict[SiteName, set[IPv4Address]] = field(default_factory=dict)
    listens: bool = True

    async def refused(self) -> Refusals:
        if not self.listens:
            raise NotSeen("bgpd did not answer", refused=True)
        return {site: frozenset(those) for site, those in self.lists.items()}

    async def change(self, refuse: Refusals, accept: Refusals) -> None:
        for site, those in refuse.items():
            self.lists.setdefault(site, set()).update(those)
        for site, those in accept.items():
            self.lists[site] -= those

    async def begins_at(self, address: IPv4Address, asn: int) -> bool:
        raise AssertionError(f"nobody asks for {address} of {asn} here")


class Stand:
    """A border, its record, and what holds the one to the other."""

    def __init__(self, folder: Path) -> None:
        self.record, self.router = RefusalRecord(folder, HandClock()), Router()
        self.refusing = Refusing(self.record, self.router)

    def refuse(self, *addresses: IPv4Address, origin: SiteName = HERE) -> None:
        for address in addresses:
            self.record.change(origin, address, refused=True)

    def look(self, after: timedelta) -> list[str]:
        return asyncio.run(self.refusing.look(HOUR + after))


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_what_is_written_down_is_said_and_nothing_else_is_refused(stand: Stand) -> None:
    stand.refuse(PORTAL)
    stand.router.lists = {THERE: {IDENTITY}}

    told = stand.look(0 * SECOND)

    assert stand.router.lists == {HERE: {PORTAL}, THERE: set()}
    assert told == [f"{PORTAL} is refused from ndc01", f"{IDENTITY} is accepted from ndc02 again"]
    assert stand.look(2 * SECOND) == []


def test_what_is_accepted_again_is_taken_back(stand: Stand) -> None:
    stand.refuse(PORTAL, IDENTITY)
    stand.look(0 * SECOND)

    stand.record.change(HERE, PORTAL, refused=False)
    stand.look(2 * SECOND)

    assert stand.router.lists == {HERE: {IDENTITY}}


def test_a_router_that_was_started_anew_is_told_again_as_soon_as_it_listens(stand: Stand) -> None:
    stand.refuse(PORTAL)
    stand.look(0 * SECOND)
    stand.router.lists, stand.router.listens = {}, False

    told = [stand.look((2 + tenths / 10) * SECOND) for tenths in range(3)]
    stand.router.listens = True
    told += [stand.look(2.3 * SECOND)]

    assert stand.router.lists == {HERE: {PORTAL}}
    assert told == [
        ["what is refused may be otherwise: bgpd did not answer"],
        [],
        [],
        [f"{PORTAL} is refused from ndc01", "what is refused is as it was told again"],
    ]


def test_a_record_survives_whoever_wrote_it(stand: Stand, tmp_path: Path) -> None:
    stand.refuse(PORTAL, IDENTITY)
    stand.refuse(PORTAL, origin=THERE)

    read = RefusalRecord(tmp_path, HandClock()).read()

    assert read == {HERE: {PORTAL, IDENTITY}, THERE: {PORTAL}}


@pytest.mark.parametrize(
    "text", ["", "{}", '{"refused": {"ndc01": ["far away"]}}', '{"format": 9}']
)
def test_a_damaged_record_lets_the_router_refuse_what_it_refuses(
    stand: Stand, tmp_path: Path, text: str
) -> None:
    stand.router.lists = {HERE: {PORTAL}}
    (tmp_path / "refusals.json").write_text(text)

    (told,) = stand.look(0 * SECOND)

    assert stand.router.lists == {HERE: {PORTAL}}
    assert told.startswith("what is refused may be otherwise")
    with pytest.raises(JournalCorrupt):
        stand.record.read()


def test_bgpd_is_told_and_judges_anew_what_it_heard(tmp_path: Path) -> None:
    heard: list[str] = []
    said = [
        "configure terminal",
        f"ip prefix-list REFUSED-ndc01 seq {int(PORTAL)} permit {PORTAL}/32",
        f"no {entry(THERE, IDENTITY)}",
        "end",
        "clear bgp ipv4 unicast * soft in",
    ]

    with listening(tmp_path, "bgpd", knowing(dict.fromkeys(said, ("", 0)), heard)):
        change = BgpRefusals(tmp_path).change({HERE: frozenset([PORTAL])}, _only(THERE, IDENTITY))
        asyncio.run(change)

    assert heard == said


def _only(site: SiteName, address: IPv4Address) -> Refusals:
    return {site: frozenset([address])}


@pytest.mark.parametrize(
    ("referred", "refused"), [("REFUSED-ndc01", {HERE: {PORTAL}}), ("REFUSED-ndc02", {})]
)
def test_what_is_in_a_list_is_refused_only_if_the_policy_refers_to_it(
    tmp_path: Path, referred: str, refused: Refusals
) -> None:
    clause = f"ip address prefix-list {referred}"
    rules = [{"sequenceNumber": 5, "type": "deny", "matchClauses": [clause]}]
    policy = {"BGP": {"RECEIVE": {"rules": rules}}}
    lists = {"SITE-ndc01": _entries([PORTAL]), "REFUSED-ndc01": _entries([PORTAL])}
    answer = {
        "show route-map RECEIVE json": (json.dumps(policy), 0),
        answers.PREFIX_LISTS: (json.dumps({"BGP": lists}), 0),
    }

    with listening(tmp_path, "bgpd", knowing(answer)):
        seen = asyncio.run(BgpRefusals(tmp_path).refused())

    assert seen == refused


def _entries(permitted: Iterable[IPv4Address]) -> object:
    nobodys = {"sequenceNumber": 1, "type": "deny", "prefix": "0.0.0.0/32"}
    own = [{"sequenceNumber": 9, "type": "permit", "prefix": f"{a}/32"} for a in permitted]
    return {"addressFamily": "IPv4", "entries": [nobodys, *own]}


@pytest.mark.parametrize(
    ("routes", "known"),
    [
        ({}, False),
        ({f"{PORTAL}/32": [{"valid": True, "path": ""}]}, False),
        ({f"{PORTAL}/32": [{"valid": True, "path": "7 8"}]}, False),
        ({f"{PORTAL}/32": [{"valid": True, "path": "8 7"}]}, True),
        ({"198.19.0.0/32": [{"valid": True, "path": "8 7"}]}, False),
    ],
)
def test_a_way_begins_where_its_path_ends(tmp_path: Path, routes: object, *, known: bool) -> None:
    told = {answers.PATHS: (json.dumps({"routes": routes}), 0)}

    with listening(tmp_path, "bgpd", knowing(told)):
        begins = asyncio.run(BgpRefusals(tmp_path).begins_at(PORTAL, 7))

    assert begins is known
