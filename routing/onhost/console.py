"""What is asked of this router's bgpd here, and the few things that are said to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Final, Protocol

from access.clients import vty
from core.errors import NotSeen
from routing import answers
from routing.avoidance import AVOID, RECEIVE
from routing.refusals import Refusals, entry, origin_of

DEADLINE: Final = timedelta(seconds=2)


class Console(Protocol):
    """How a router's links are looked at and changed."""

    async def avoided(self) -> Mapping[IPv4Address, bool]:
        """Return whether each neighbour across a link is avoided; the router knows no others.

        Raises:
            NotSeen: the router did not tell.
        """

    async def avoid(self, neighbours: Collection[IPv4Address]) -> None:
        """Prefer any other way to those over ``neighbours``.

        Raises:
            NotSeen: the router did not say that it does.
        """

    async def use(self, neighbours: Collection[IPv4Address]) -> None:
        """Use the ways over ``neighbours`` as any other; raises as ``avoid``."""


class BgpConsole:
    """The console of bgpd, on its own socket."""

    def __init__(self, asn: int, consoles: Path = vty.CONSOLES) -> None:
        self._asn = asn
        self._consoles = consoles

    async def avoided(self) -> Mapping[IPv4Address, bool]:
        """Ask for the policies of all neighbours."""
        (text,) = await self._tell(answers.NEIGHBOURS)
        policies = answers.incoming_policies(text)
        # whoever has another policy is not ours to change
        return {
            address: policy == AVOID
            for address, policy in policies.items()
            if policy in {AVOID, RECEIVE}
        }

    async def avoid(self, neighbours: Collection[IPv4Address]) -> None:
        """Set the policy that marks what they say."""
        # a neighbour whose route-map does not exist says nothing at all: that would close the link
        (policy,) = await self._tell(f"show route-map {AVOID} json")
        if f'"{AVOID}"' not in policy:
            raise NotSeen(
                f"this router has no route-map {AVOID}",
                refused=True,
                expected="the text of this version of ndc",
                actual="that of another one",
                next_step="ndc up",
            )
        await self._say(neighbours, AVOID)

    async def use(self, neighbours: Collection[IPv4Address]) -> None:
        """Set the policy that they have otherwise."""
        await self._say(neighbours, RECEIVE)

    async def _say(self, neighbours: Collection[IPv4Address], policy: str) -> None:
        if neighbours:
            await self._tell(
                "configure terminal",
                f"router bgp {self._asn}",
                "address-family ipv4 unicast",
                *(f"neighbor {address} route-map {policy} in" for address in sorted(neighbours)),
            )

    async def _tell(self, *commands: str) -> list[str]:
        return await vty.tell("bgpd", commands, deadline=DEADLINE, consoles=self._consoles)


class BgpRefusals:
    """What bgpd refuses, asked and said on its own socket."""

    def __init__(self, consoles: Path = vty.CONSOLES) -> None:
        self._consoles = consoles

    async def refused(self) -> Refusals:
        """Return what is in the lists to which the policy for all neighbours refers."""
        policy, text = await self._tell(f"show route-map {RECEIVE} json", answers.PREFIX_LISTS)
        lists = answers.permitted(text)
        return {
            origin: frozenset(prefix.network_address for prefix in prefixes)
            for name, prefixes in lists.items()
            if (origin := origin_of(name)) and f'prefix-list {name}"' in policy
        }

    async def change(self, refuse: Refusals, accept: Refusals) -> None:
        """Change the lists; then judge anew what was heard, for which FRR would wait 5 s."""
        lines = [entry(site, each) for site in sorted(refuse) for each in sorted(refuse[site])]
        lines += [
            f"no {entry(site, each)}" for site in sorted(accept) for each in sorted(accept[site])
        ]
        again = "clear bgp ipv4 unicast * soft in"
        await self._tell("configure terminal", *lines, "end", again)

    async def begins_at(self, address: IPv4Address, asn: int) -> bool:
        """Tell whether bgpd knows a way to ``address`` that begins in ``asn``."""
        (text,) = await self._tell(answers.PATHS)
        ends = answers.origins(text)
        return asn in ends.get(IPv4Network(address), frozenset())

    async def _tell(self, *commands: str) -> list[str]:
        return await vty.tell("bgpd", commands, deadline=DEADLINE, consoles=self._consoles)
