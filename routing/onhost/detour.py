"""Avoids the links of one router that are not as declared, and uses them again when they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final

from core.errors import NotSeen
from inventory.names import LinkName
from routing.avoidance import LinkTrouble, Standing, WatchedLink, judged
from routing.onhost.console import Console
from routing.onhost.line import LinkEchoes

_LOOKS_EVERY: Final = timedelta(seconds=5)
"""a router that was started anew has forgotten what was said to it"""


@dataclass(frozen=True, slots=True)
class DetourLink:
    """One link of this router."""

    name: LinkName
    round_trip: timedelta
    """declared"""
    line: LinkEchoes


class Detour:
    """Keeps a router avoiding what is to be avoided of ``links``, and nothing else.

    ``links`` are by the address at the other end. What was done before it began is undone.
    """

    def __init__(self, links: Mapping[IPv4Address, DetourLink], console: Console) -> None:
        self._links = links
        self._console = console
        self._standings = dict.fromkeys(links, Standing())
        self._avoided: frozenset[IPv4Address] | None = None
        """what the router avoids, when it was last seen; None: that is not known"""
        self._looked_at = timedelta()
        self._trouble = ""

    async def look(self, now: timedelta) -> list[str]:
        """Send an echo over each link, judge what came back, act; return what is worth a line.

        ``now`` is counted since boot. What the router did not obey is said again at the next look.
        """
        watched = {
            address: WatchedLink(link.round_trip, link.line.echoes(now), self._standings[address])
            for address, link in self._links.items()
        }
        for link in self._links.values():
            link.line.send(now)
        before, self._standings = self._standings, judged(watched, now)
        sentences = list(self._told(before, watched))
        try:
            await self._act(now)
            trouble = ""
        except NotSeen as error:
            self._avoided = None
            trouble = f"the router was not told what to avoid: {error.what}: {error.actual}"
        if trouble != self._trouble:
            self._trouble = trouble
            sentences.append(trouble or "the router listens again")
        return sentences

    async def end(self) -> None:
        """Use every link again.

        Raises:
            NotSeen: the router did not say that it does.
        """
        neighbours = await self._console.avoided()
        await self._console.use([a for a, is_avoided in neighbours.items() if is_avoided])

    async def _act(self, now: timedelta) -> None:
        wanted = frozenset(a for a, standing in self._standings.items() if standing.trouble)
        if wanted == self._avoided and now - self._looked_at < _LOOKS_EVERY:
            return
        neighbours = await self._console.avoided()
        avoided = {address for address, is_avoided in neighbours.items() if is_avoided}
        if late := (wanted & neighbours.keys()) - avoided:
            await self._console.avoid(late)
        if early := avoided - wanted:
            await self._console.use(early)
        self._avoided, self._looked_at = wanted, now

    def _told(
        self, before: Mapping[IPv4Address, Standing], watched: Mapping[IPv4Address, WatchedLink]
    ) -> Iterator[str]:
        for address, standing in self._standings.items():
            name, was = self._links[address].name, before[address]
            if standing.trouble and not was.trouble:
                yield f"{name} is avoided: {_why(standing.trouble, watched[address])}"
            elif was.trouble and not standing.trouble:
                yield f"{name} is used again"


def _why(trouble: LinkTrouble, link: WatchedLink) -> str:
    if trouble is LinkTrouble.LOSSY:
        return "it loses packets"
    took = max(echo.took for echo in link.echoes if echo.took is not None)
    return f"{_milliseconds(took)}, declared {_milliseconds(link.declared)}"


def _milliseconds(duration: timedelta) -> str:
    return f"{duration / timedelta(milliseconds=1):.0f} ms"
