"""The doors through which recovery proves a loss, and does without what is lost.

What holds for every door, and what their errors say, stands in ``dr.doors``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from core.runs.ports import Token
from dr.admission import Exclusion
from dr.facts import Supply
from dr.placement import Claim
from inventory.names import HostName, PlacedName, SiteName, StoreName
from storage.placed import StoreOrder
from storage.standing import CopyStanding


class PowerDoor(Protocol):
    """Whoever can take a host's power away, beside the host and the network it serves."""

    def state(self, host: HostName) -> Supply:
        """Return how the power of ``host`` is now."""

    def off(self, host: HostName, life: str) -> None:
        """Take the power of ``host`` away, if it is in its ``life``; return when it is off.

        Off already counts as done.

        Raises:
            Rejected: it lives another life, or there is no such host; nothing happened.
            Unreachable: it may be off.
        """


class VotesDoor(Protocol):
    """The quorum that keeps the records: who votes in it, and who does no more."""

    def votes(self) -> Mapping[HostName, str]:
        """Return the number of each vote, of the voters that the network declares."""

    def is_well(self, host: HostName) -> bool:
        """Tell whether the voter on ``host`` reads with a majority; no answer is no."""

    def retire(self, host: HostName, number: str) -> None:
        """Take vote ``number`` of ``host`` out of the quorum; out already counts as done.

        Raises:
            Rejected: the quorum refuses: too few would be left. It votes still.
            Unreachable: it may be out.
        """


class SightDoor(Protocol):
    """What the hosts of a network see, of each other and of themselves."""

    def answering(self, observer: HostName, hosts: Sequence[HostName]) -> frozenset[HostName]:
        """Return those of ``hosts`` that answer ``observer`` now, within its own bound.

        It looks over the network that serves citizens. Who only has power, and whose programs
        stand still, does not answer.
        """

    def up_for(self, host: HostName) -> timedelta:
        """Return how long ``host`` is up: since its own boot, not since that of the machine below.

        It says nothing of its links: these may have come back later.
        """

    def steady(self) -> Mapping[HostName, Mapping[HostName, timedelta]]:
        """Return of each observer who answers it without a break, and for how long at least.

        As it said last, by its own clock, if its word stands: an observer that is gone says so for
        as long as its lease lasts. It knows of no time before it began to look. An observer of an
        older version has no entry, or knows of nobody.
        """


class RoutesDoor(Protocol):
    """The border routers of a network: what each refuses of what a site announces.

    A border keeps the highest epoch of each service and site, and refuses every lower one. What
    it was told outlives each start of its router.
    """

    def refused(self, border: HostName, origin: SiteName) -> frozenset[PlacedName]:
        """Return which services ``border`` refuses from ``origin``, and knows no way to there."""

    def refuse(
        self,
        border: HostName,
        service: PlacedName,
        origin: SiteName,
        token: Token,
        bound: timedelta,
    ) -> None:
        """Have ``border`` refuse ``service`` from ``origin``; it is obeyed within ``bound``.

        Later never, by the border's own clock: the site may be admitted by then.

        Raises:
            Rejected: it knows a newer epoch than that of ``token``, or it is too late.
            Unreachable: it may refuse it, or come to.
        """

    def accept(self, border: HostName, service: PlacedName, origin: SiteName, token: Token) -> None:
        """Have ``border`` refuse it no more; raises as ``refuse``."""


class StoresDoor(Protocol):
    """The hosts that hold stores: how each is with its copy, and an order to begin from a point."""

    def standing(self, store: StoreName, host: HostName) -> CopyStanding:
        """Return how ``host`` is with ``store``, by its own word."""

    def begin(self, store: StoreName, host: HostName, order: StoreOrder, token: Token) -> None:
        """Have ``host`` keep ``order``, which it carries out as soon as it may.

        When this returns, no power cut makes it forget that. Carried out already counts as done.

        Raises:
            Rejected: it knows a newer epoch than that of ``token``, or began from another point
                under this one; nothing changed.
            Unreachable: it may have kept it.
        """


class ExclusionsDoor(Protocol):
    """Who is excluded since it was given up: kept by a quorum, until a person admits it."""

    def excluded(self) -> Mapping[HostName, Exclusion]:
        """Return every host that is excluded, as of now."""

    def exclude(
        self, hosts: Sequence[HostName], exclusion: Exclusion, service: PlacedName, claim: Claim
    ) -> None:
        """Exclude each of ``hosts``, while ``claim`` on ``service`` stands.

        Who is excluded already stays so by the earlier exclusion.

        Raises:
            Rejected: the claim is another; nobody was excluded.
            Unreachable: they may be excluded.
        """

    def admit(self, exclusions: Mapping[HostName, Exclusion]) -> None:
        """Exclude none of those of ``exclusions`` any more; done already counts as done.

        Raises:
            Rejected: one of them was excluded anew; nothing changed.
            Unreachable: they may be admitted.
        """
