"""Lets a running network stand on another golden image: host by host, with its data."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from access.clients.ssh import connect
from access.host_access import Access
from access.secrets import Secrets
from core.clock import wait_until
from core.errors import Unreachable
from core.stages import Stages
from core.text import Say
from dr.doors import Doors, SwitchOrder
from inventory.names import HostName
from inventory.network import Network
from lab.status import LabStatus
from playbooks.waves import one_by_one
from stacks.substrates.port import Power

_OFF: Final = timedelta(seconds=60)
"""a database stops in good order within 15"""


class HostsDaemon(Protocol):
    """What a patch asks of the daemon that owns the hosts: a ``Labd``."""

    def status(self) -> LabStatus:
        """Return everything as it is."""

    def power_off(self, hosts: list[str]) -> None:
        """Let ``hosts`` be off, on purpose."""

    def change_image(self, host: str, image: str) -> None:
        """Let ``host``, which is off, stand on ``image``, with its data."""

    def power_on(self, hosts: list[str], progress: Say) -> None:
        """Boot ``hosts``; return when each answers SSH."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Lets every host of ``network`` stand on ``image``; ``labd`` owns them.

    ``green`` returns when all is well, and raises if that does not come about: the gate between
    two hosts.
    """

    network: Network
    secrets: Secrets
    labd: HostsDaemon
    image: str
    green: Callable[[], object]
    stages: Stages

    def apply(self, doors: Doors, last: Collection[HostName]) -> None:
        """Restart host by host what stands on another image; ``last`` are those who lead or serve.

        Raises:
            Rejected, Unreachable: something is not well, or a host does not stop or start: the
                rest was not begun, and the same command goes on there.
        """
        old = [HostName(h.name) for h in self.labd.status().hosts if h.image != self.image]
        order = one_by_one(self.network, old, last)
        for number, host in enumerate(order, start=1):
            self.green()
            self.stages.detail(f"host {number} of {len(order)}: {host}")
            self._hand_over(doors, host)
            self._stop(host)
            self.labd.change_image(host, self.image)
            self.labd.power_on([host], self.stages.detail)
        if order:
            self.green()

    def _hand_over(self, doors: Doors, host: HostName) -> None:
        """Have a synchronous standby lead what ``host`` leads, where there is one.

        The order is given under the claim of nobody: a run that claims meanwhile keeps it away.
        """
        for service in self.network.services:
            members = doors.database.members(service.database)
            standbys = [n for n, one in members.items() if one.synchronous and not one.barred]
            claim = doors.records.claim(service.name)
            if claim.run is None and standbys and host in members and members[host].leads:
                order = SwitchOrder(service.database, host, standbys[0], service.name, claim)
                doors.database.switch(order)
                self.green()

    def _stop(self, host: HostName) -> None:
        """Have ``host`` stop in good order, and be off."""
        access = Access(self.secrets.control_key, self.secrets.known_hosts)
        try:
            with connect(self.network.host(host), access) as connection:
                connection.run(["systemctl", "--no-block", "poweroff"])
        except Unreachable:
            self.stages.detail(f"{host} hung up while it was told to stop")

        def is_off() -> bool:
            return any(h.name == host and h.state is Power.OFF for h in self.labd.status().hosts)

        wait_until(self.stages.clock, is_off, what=f"the end of {host}", bound=_OFF)
        self.labd.power_off([host])
