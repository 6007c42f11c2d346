"""What a border refuses from one site, as the guard sees and changes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from ipaddress import IPv4Address

from core.errors import NotSeen
from inventory.network import Site
from routing.onhost.refusing import RefusalRecord, RefusalsConsole, Refusing


@dataclass(frozen=True, slots=True)
class RefusedAddresses:
    """The addresses that this border refuses from ``site``; as ``Addresses`` of a guard.

    What is said is written down first, so the router is held to it whenever it starts anew.
    """

    site: Site
    record: RefusalRecord
    console: RefusalsConsole

    def present(self) -> frozenset[IPv4Address]:
        """Return what is refused: written down, said to the router, and gone from its table."""
        return asyncio.run(self._present())

    def add(self, address: IPv4Address) -> None:
        """Refuse ``address``."""
        self._change(address, refused=True)

    def remove(self, address: IPv4Address) -> None:
        """Accept ``address`` again."""
        self._change(address, refused=False)

    def _change(self, address: IPv4Address, *, refused: bool) -> None:
        with self.record.turn():
            self.record.change(self.site.name, address, refused=refused)
            try:
                asyncio.run(Refusing(self.record, self.console).obey_in_turn())
            except NotSeen as error:
                raise error.of_a_change() from error

    async def _present(self) -> frozenset[IPv4Address]:
        wanted = self.record.read().get(self.site.name, frozenset())
        said = (await self.console.refused()).get(self.site.name, frozenset())
        return frozenset(
            [
                address
                for address in wanted & said
                if not await self.console.begins_at(address, self.site.asn)
            ]
        )
