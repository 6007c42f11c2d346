"""The guard of a border: it refuses a service from a site, under no epoch that is over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from core.errors import NotSeen, Rejected
from core.system_clock import SystemClock
from dr.hosts.epochs import Act, GuardAnswer, GuardRequest, GuardVerdict
from dr.onhost.border import RefusedAddresses
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard
from inventory.names import SiteName
from routing.onhost.refusing import RefusalRecord
from routing.refusals import Refusals
from tests.networks import PORTAL_ALONE, network

TINY = network("tiny", *PORTAL_ALONE)
ORIGIN = TINY.site(SiteName("ndc01"))
PORTAL = TINY.services[0]
ADDRESS = PORTAL.address
REFUSE = GuardRequest(PORTAL.name, 2, "run-1", "step-1", Act.REFUSE, ADDRESS, origin=ORIGIN.name)
ACCEPT = replace(REFUSE, act=Act.ACCEPT)
LOOK = replace(REFUSE, act=Act.LOOK, epoch=0)


@dataclass
class Router:
    """A router behind which the lost site announces still."""

    refusals: dict[SiteName, frozenset[IPv4Address]] = field(default_factory=dict)
    listens: bool = True
    has_judged_anew: bool = True

    async def refused(self) -> Refusals:
        if not self.listens:
            raise NotSeen("bgpd did not answer", refused=True)
        return dict(self.refusals)

    async def change(self, refuse: Refusals, accept: Refusals) -> None:
        for site, those in refuse.items():
            self.refusals[site] = self.refusals.get(site, frozenset()) | those
        for site, those in accept.items():
            self.refusals[site] -= those

    async def begins_at(self, address: IPv4Address, asn: int) -> bool:
        refused = address in self.refusals.get(ORIGIN.name, ())
        return asn == ORIGIN.asn and not (refused and self.has_judged_anew)


class Border:
    """A border, started as often as it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.router, self.clock = folder, Router(), SystemClock()

    def answer(self, request: GuardRequest) -> tuple[GuardVerdict, GuardAnswer]:
        record = RefusalRecord(self.folder, self.clock)
        addresses = RefusedAddresses(ORIGIN, record, self.router)
        epochs = EpochRecord(self.folder / ORIGIN.name, self.clock)
        serves = {str(PORTAL.name): str(ADDRESS)}
        return Guard(serves, epochs, addresses, ORIGIN.name).answer(request.text(), recorded=True)


@pytest.fixture
def border(tmp_path: Path) -> Border:
    return Border(tmp_path)


def test_it_says_that_it_refuses_when_no_way_is_left(border: Border) -> None:
    border.router.has_judged_anew = False
    _, at_first = border.answer(REFUSE)
    border.router.has_judged_anew = True

    verdict, answer = border.answer(LOOK)

    assert at_first.addresses == ()
    assert (verdict, answer.addresses) == (GuardVerdict.OBEYED, (ADDRESS,))


def test_what_it_accepts_again_it_refuses_no_more(border: Border) -> None:
    border.answer(REFUSE)

    verdict, answer = border.answer(ACCEPT)

    assert (verdict, answer.addresses) == (GuardVerdict.OBEYED, ())
    assert border.router.refusals == {ORIGIN.name: frozenset()}


def test_who_was_overtaken_changes_nothing(border: Border) -> None:
    border.answer(replace(ACCEPT, epoch=3))

    verdict, answer = border.answer(REFUSE)

    assert (verdict, answer.highest) == (GuardVerdict.REFUSED, 3)
    assert border.router.refusals == {}


def test_a_router_that_does_not_answer_is_told_when_it_does(border: Border) -> None:
    border.router.listens = False
    verdict, _ = border.answer(REFUSE)
    border.router.listens = True

    record = RefusalRecord(border.folder, border.clock)

    assert verdict is GuardVerdict.FAILED
    assert record.read() == {ORIGIN.name: {ADDRESS}}


def test_what_comes_too_late_is_not_refused(border: Border) -> None:
    _, look = border.answer(LOOK)
    assert look.clock is not None

    verdict, _ = border.answer(replace(REFUSE, until=look.clock - timedelta(seconds=1)))

    assert verdict is GuardVerdict.REFUSED
    assert border.router.refusals == {}


def test_a_host_is_asked_about_itself_and_a_border_about_a_site(border: Border) -> None:
    elsewhere, _ = border.answer(replace(REFUSE, origin=SiteName("ndc02")))
    itself, _ = border.answer(replace(LOOK, origin=None))

    assert {elsewhere, itself} == {GuardVerdict.REFUSED}
    for act, origin in ((Act.REFUSE, None), (Act.ANNOUNCE, ORIGIN.name)):
        with pytest.raises(Rejected, match="no request"):
            GuardRequest.parse(replace(REFUSE, act=act, origin=origin).text())
