"""Plays one round in the lab: the act, and the way home, while harms come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from inventory.names import HostName
from inventory.needs import in_order
from inventory.network import Network
from tests.campaign.carrying import Carrying
from tests.campaign.mending import Mending
from tests.campaign.rounds import Act, Round
from tests.campaign.striking import Striking
from tests.lab.recovery import Portal, Standing
from tests.lab.terminal import Terminal

_ACCEPTED: Final = ("--accept-loss", "the campaign", "--as", "an")
_DESPITE: Final = ("--despite", "the campaign")
_SECOND_PERSON: Final = "binh"


@dataclass(frozen=True, slots=True)
class Acting:
    """One round of ``network``, as it is played."""

    lab: Terminal
    clock: Clock
    network: Network
    portal: Portal
    note: Callable[[str], None]
    carrying: Carrying
    mending: Mending

    def play(self, what: Round) -> list[str]:
        """Do what the round says, and bring home what moved; return what is not well afterwards."""
        before = Standing.seen(self.lab)
        there = [one for one in what.strikes if not one.on_the_way_home]
        back = [one for one in what.strikes if one.on_the_way_home]
        striking = Striking(self.lab, self.clock, self.note)
        with striking.during(there):
            self._act(what, before)
        self.note("the act is over")
        if left := self.mending.mend():
            return left
        begun = len(self.carrying.runs)
        with striking.during(back):
            self._go_home()
        is_as_it_was = not back and len(self.carrying.runs) == begun
        return [] if is_as_it_was else self.mending.mend()

    def _act(self, what: Round, before: Standing) -> None:
        match what.act:
            case Act.NOTHING:
                return
            case Act.SWITCHOVER:
                to = self.portal.other_than(before.site)
                self.carrying.run("switchover", self.portal.name, "--to", to)
            case Act.SITE_LOST:
                hosts = [host.name for host in self.network.hosts if host.site == before.site]
                with self._lever(pulled=what.by_hand):
                    self._lose(before.site, [*hosts])
            case Act.LEADER_LOST:
                with self._lever(pulled=what.by_hand):
                    self._lose(before.leader, [before.leader])
            case Act.REGION_LOST:
                self._lose_region(HostName(before.leader), what.apart_seconds)

    @contextmanager
    def _lever(self, *, pulled: bool) -> Iterator[None]:
        """Keep controllers from answering within; mending lets the lever go, as status says."""
        if pulled:
            self.lab.done("dr", "hold", "--reason", "a person answers")
        yield

    def _lose_region(self, leader: HostName, apart_seconds: float) -> None:
        """Lose the region of ``leader``, from which no copy elsewhere hears for a while before."""
        network = self.network
        name = network.region(leader)
        hosts: list[str] = [
            host.name for host in network.hosts if network.region(host.name) == name
        ]
        members = [one.host for database in network.databases for one in database.members]
        far = {network.host(one).site for one in members if network.region(one) != name}
        ways = [link.name for link in network.links if {link.a.site, link.z.site} & far]
        self.note(f"{', '.join(sorted(far))} hears nothing of {name}")
        self.lab.ndc("lab", "cut", *ways)
        self.clock.sleep(timedelta(seconds=apart_seconds))
        self._die(name, hosts)
        self.lab.ndc("lab", "heal", *ways)
        self._give_up(name, hosts, *_ACCEPTED)

    def _lose(self, name: str, hosts: list[str]) -> None:
        self._die(name, hosts)
        self._give_up(name, hosts)

    def _die(self, name: str, hosts: list[str]) -> None:
        self.note(f"{name} loses its power")
        self.lab.ndc("lab", "kill", *hosts)

    def _give_up(self, name: str, hosts: list[str], *accepted: str) -> None:
        """Have others serve what ``hosts`` did; they get their power back afterwards."""
        self.carrying.run("failover", "--lost", name, *_DESPITE, *accepted)
        self.carrying.agree(_SECOND_PERSON)
        self.lab.ndc("lab", "start", *hosts, bound_seconds=300)
        self.note(f"{name} has power again")

    def _go_home(self) -> None:
        """Move each service home that is elsewhere, or whose database is led elsewhere."""
        status = self.lab.ndc("status", "--json").value
        placed = {one["name"]: one["active"] for one in status["services"]}
        led = {one["name"]: one["leader"] for one in status["databases"]}
        for service in in_order(self.network.services):
            leader = led[service.database]
            at = leader and self.network.host(leader).site
            if {placed[service.name], at} != {service.home}:
                self.carrying.run("switchover", service.name, "--to", service.home)
