"""Makes every service be announced where its placement record says, and nowhere else.

A store is announced by the agent of its host, by a record that follows its declared home.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.errors import NotSeen
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.doors import Doors
from dr.hosts.epochs import Act
from dr.placement import Placement
from inventory.network import Network, Service
from inventory.placed import Placed
from inventory.storage import Store

_UP: Final = RunName("up")
"""stands where an edit of a home moved a store: no run did"""
_BOUND: Final = timedelta(seconds=10)
"""a host that obeys does so sooner"""


def place_services(network: Network, doors: Doors) -> None:
    """Make the first placement record of each service and store; let its site announce a service.

    A service that was moved stays where it is: the record is the truth, not its home.

    It is announced at the new place first, and withdrawn elsewhere when that was seen: there is
    no moment in which nobody announces it. What a run holds is left to the run. Where one host of
    a site announces it, the others there are left to their agents: who is ill stays out. Who was
    given up announces nothing anew until it is admitted, and withdraws nothing: it may be the last.

    Raises:
        Rejected: a host knows a newer epoch than the record: somebody moves the service now.
        NotSeen: a voter or a host refuses us.
        Unreachable: a voter or a host did not answer; the same call goes on from there.
    """
    try:
        for service in network.services:
            _place(network, doors, service)
        for store in network.stores:
            _follow_home(doors, store)
    except NotSeen as error:
        if error.refused:
            raise
        raise error.of_a_change() from error


def _place(network: Network, doors: Doors, service: Service) -> None:
    if doors.records.claim(service.name).run:
        return
    placement = _placement(doors, service)
    token = Token(_UP, StepId("place"), placement.epoch, attempt=1)
    excluded = doors.exclusions.excluded()
    at_site = [one for one in service.hosts if network.host(one).site == placement.site]
    here = [one for one in at_site if one not in excluded]
    announced = [one for one in at_site if doors.guard.look(service.name, one).announces]
    for name in here if not announced else ():
        doors.guard.act(Act.ANNOUNCE, service.name, name, token, _BOUND)
    if not announced and not here:
        return
    for name in service.hosts:
        if name not in at_site and doors.guard.look(service.name, name).announces:
            doors.guard.act(Act.WITHDRAW, service.name, name, token, _BOUND)


def _follow_home(doors: Doors, store: Store) -> None:
    """Let the record of ``store`` say that it is at its home, once that may take part.

    What went elsewhere since its home was lost comes back after somebody admitted that.
    """
    placement, home = _placement(doors, store), store.copy_at(store.home)
    is_kept_out = home is not None and home.host in doors.exclusions.excluded()
    if placement.site == store.home or is_kept_out or doors.records.claim(store.name).run:
        return
    moved = Placement(store.home, placement.epoch + 1, _UP)
    doors.records.swap_placement(store.name, placement, moved)


def _placement(doors: Doors, placed: Placed) -> Placement:
    """Return the record of ``placed``; where there is none, make the first: at home."""
    placement = doors.records.placement(placed.name)
    if placement is None:
        placement = Placement(placed.home, 1, None)
        doors.records.swap_placement(placed.name, None, placement)
    return placement
