"""The power of hosts, by whoever can take it away: a baseboard controller, or the lab's port.

Both speak Redfish; what differs between substrates is where each host's is.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from access.clients import http, redfish
from access.clients.fates import Fate, fate
from access.clients.redfish import ComputerSystemAnswer, SystemPowerState
from access.redfish import system_path
from core.clock import Clock
from core.errors import NotSeen, Rejected, Unreachable, WorldError
from dr.facts import Supply
from inventory.endpoints import POWER
from inventory.names import HostName
from inventory.network import Network

_LOOK: Final = timedelta(seconds=1)
_CUT: Final = timedelta(seconds=5)
"""of all that belongs to one power-off; only the last look may come after it"""
_NOBODY: Final = "nobody is known who switches the power of {}"
_WHO_ELSE: Final = {
    "expected": "a baseboard controller, or the power port of a lab",
    "actual": "the substrate of this environment has none",
    "next_step": "take its power away by hand, and see that it is off",
}
_BETWEEN_LOOKS: Final = timedelta(milliseconds=100)


def power_systems(network: Network, substrate: str) -> Mapping[HostName, str]:
    """Return the address at which the power of each host is told and taken.

    A host of which no such address is known is absent: on another ``substrate`` than the lab
    that is every one.
    """
    if substrate != "lab":
        return {}
    root = f"https://{network.operator_address.ip}:{POWER}"
    return {host.name: root + system_path(host.name) for host in network.hosts}


@dataclass(frozen=True, slots=True)
class RedfishPower:
    """The power of the hosts in ``systems``; keeps the promise of ``dr.doors.PowerDoor``.

    ``tls`` shows a certificate with the role of a controller.
    """

    systems: Mapping[HostName, str]
    tls: ssl.SSLContext
    clock: Clock

    def state(self, host: HostName) -> Supply:
        """Return how the power of ``host`` is now."""
        if host not in self.systems:
            raise NotSeen(_NOBODY.format(host), refused=False, **_WHO_ELSE)

        async def look() -> Supply:
            async with http.async_client(self.tls) as over:
                return await _look(over, self.systems[host])

        return asyncio.run(look())

    def off(self, host: HostName, life: str) -> None:
        """Take the power of ``host`` away, if it is in its ``life``; return when it is seen off."""
        if host not in self.systems:
            raise Rejected(_NOBODY.format(host), **_WHO_ELSE)
        asyncio.run(self._off(host, life))

    async def _off(self, host: HostName, life: str) -> None:
        url, until = self.systems[host], self.clock.elapsed() + _CUT
        async with http.async_client(self.tls) as over:
            try:
                before = await redfish.look(over, url, deadline=_LOOK)
            except NotSeen as error:
                raise _never_asked(error) from error
            if before.last_reset != life:
                raise Rejected(f"{host} lives another life", **_lives(life, _power(before)))
            if _power(before).on and await self._asked(over, url, before, until):
                await self._see_off(over, url, host, life, until)

    async def _asked(
        self, over: httpx.AsyncClient, url: str, before: ComputerSystemAnswer, until: timedelta
    ) -> bool:
        """Ask for the power to be taken; tell whether it still has to be seen to be off."""
        off = Supply(on=False, life=before.last_reset)
        try:
            left = until - self.clock.elapsed()
            await redfish.force_off(over, url, before, deadline=left)
        except Unreachable:  # only a look tells
            return True
        except Rejected as refusal:
            # who was off before us is not as we had seen it either
            with suppress(NotSeen):
                if await _look(over, url) == off:
                    return False
            raise refusal from None
        return True

    async def _see_off(
        self, over: httpx.AsyncClient, url: str, host: HostName, life: str, until: timedelta
    ) -> None:
        """Look until the host is off, at least once.

        Raises:
            Unreachable: it was not seen to be off, in that life, while there was time.
        """
        while True:
            try:
                now = await _look(over, url)
            except NotSeen as error:
                doubt = error.of_a_change()
            else:
                if now == Supply(on=False, life=life):
                    return
                doubt = Unreachable(f"{host} was not seen off", **_lives(life, now))
                if now.life != life:
                    raise doubt
            if self.clock.elapsed() >= until:
                raise doubt
            await asyncio.sleep(_BETWEEN_LOOKS.total_seconds())


async def _look(over: httpx.AsyncClient, url: str) -> Supply:
    return _power(await redfish.look(over, url, deadline=_LOOK))


def _power(system: ComputerSystemAnswer) -> Supply:
    """Return what counts of it: who is about to be off still has power."""
    return Supply(system.power is not SystemPowerState.OFF, system.last_reset)


def _never_asked(error: NotSeen) -> WorldError:
    """Return what is known of a power-off before which ``error`` was all that a look told.

    Who says no to a look was asked for nothing. Silence is told as it is after a request: the
    engine looks again, and does not take it for an answer.
    """
    if error.refused and fate(error.__cause__) is not Fate.UNTAKEN:
        return Rejected(
            error.what, expected=error.expected, actual=error.actual, next_step=error.next_step
        )
    return error.of_a_change()


def _lives(life: str, power: Supply) -> dict[str, str]:
    return {
        "expected": f"off, since it was last switched on at {life}",
        "actual": f"{'on' if power.on else 'off'}, last switched on at {power.life}",
        "next_step": "ndc status; then plan again",
    }
