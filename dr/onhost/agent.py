"""A host's placement agent: reads the records, and has the guard do what they ask for.

Where the records cannot be read, everything stays as it is, but for what is lent: the address of a
store goes when it was not renewed. Every act goes through the
guard, which refuses the epoch of a record that was overtaken meanwhile. A host that is ill, or that
still announces what is placed elsewhere, withdraws where another says that it serves, and never as
the last announcer: see ``dr.hosts.announcing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Protocol

from core.errors import WorldError
from dr.hosts.announcing import Checked, Conduct, Fitness
from dr.hosts.edges import STANDS, HostEdge, Local, edge, may_keep, yields
from dr.hosts.epochs import LENT, Act, GuardRequest, GuardVerdict
from dr.onhost.fellowship import Fellowship
from dr.onhost.guard import Guard
from dr.onhost.local_check import HERE, LocalCheck
from dr.placement import Claim, Placement
from inventory.names import ServiceName, SiteName

_RENEWS = LENT / 4
"""a process is started for it"""
_ACTS = {HostEdge.ANNOUNCE: Act.ANNOUNCE, HostEdge.STAY_OUT: Act.WITHDRAW}


class MajorityRecords(Protocol):
    """What the agent may ask; each answer is a majority's, as of now."""

    def placements(self) -> Mapping[ServiceName, Placement]:
        """Return every placement record that there is.

        Raises:
            NotSeen: no quorum answered.
        """

    def claim(self, service: ServiceName) -> Claim:
        """Return who holds ``service``.

        Raises:
            NotSeen: no quorum answered.
        """


@dataclass(frozen=True, slots=True)
class Agent:
    """Obeys the records, for the services that the guard of this host knows."""

    site: SiteName
    records: MajorityRecords
    guard: Guard
    check: LocalCheck
    fellowship: Fellowship
    is_excluded: Callable[[], bool] = lambda: False
    """tells, as a majority knows it, whether this host was given up and not admitted since"""
    tell: Callable[[Mapping[ServiceName, Placement]], None] = lambda _: None
    """tells of all records, each time that they were read"""
    _checks: dict[ServiceName, Checked] = field(default_factory=dict)
    """of the last look"""
    _renewed: dict[ServiceName, timedelta] = field(default_factory=dict)
    """when the addresses that are lent last were, since boot"""

    def ill(self) -> Mapping[ServiceName, str]:
        """Return of each service that is announced here why it serves nobody; empty where it does.

        Raises:
            WorldError: the addresses could not be read.
        """
        present = self.guard.addresses.present()
        return {
            ServiceName(name): self._checked(ServiceName(name), announced=True).why
            for name, address in self.guard.serves.items()
            if IPv4Address(address) in present
        }

    def look(self) -> Iterator[str]:
        """Make this host be as the records say; yield a sentence for each thing it did.

        Raises:
            WorldError: the records or the addresses could not be read; or something that concerns
                one service, and the others are as they should be.
            JournalCorrupt: a record or this host's epochs cannot be trusted; nothing was done.
        """
        self._checks.clear()
        began = self.guard.record.clock.elapsed()
        # first the records: a host looked at later knows the epoch of whoever overtook them
        records = self.records.placements()
        self.tell(records)
        # after them: a run writes down whom it gives up before it places anything anew
        excluded = self.is_excluded()
        self.fellowship.read()
        epochs = self.guard.record.read()
        present = self.guard.addresses.present()
        failure: WorldError | None = None
        for name, text in self.guard.serves.items():
            service, address = ServiceName(name), IPv4Address(text)
            local = Local(self.site, address in present, epochs.get(name), excluded)
            try:
                if (record := records.get(service)) is not None:
                    self._renew(service, record, local, began)
                    yield from self._obey(service, record, local, self._stands(service, began))
            except WorldError as error:
                failure = error
        if failure is not None:
            raise failure

    def _lends(self, name: ServiceName) -> bool:
        return self.guard.lending is not None and str(name) in self.guard.lending.stores

    def _stands(self, name: ServiceName, began: timedelta) -> timedelta:
        """Return until when this host acts by what it read since ``began``.

        What is lent is counted from before the majority was asked, however late it answered.
        """
        return (began if self._lends(name) else self.guard.record.clock.elapsed()) + STANDS

    def _obey(
        self, service: ServiceName, record: Placement, local: Local, until: timedelta
    ) -> Iterator[str]:
        is_here = record.site == self.site
        if is_here and service in self.fellowship.services:
            yield from self._beside(service, record, local)
            return
        if not is_here and not local.announced:
            self.fellowship.leave(service)
        match edge(record, local):
            case HostEdge.WITHDRAW:
                yield from self._go(service, record, until)
            case HostEdge.ANNOUNCE | HostEdge.STAY_OUT as wanted:
                yield self._do(_ACTS[wanted], service, record, until)
            case HostEdge.KEEP if is_here and local.announced:
                checked = self._checked(service, announced=True)
                self.fellowship.answer(
                    service,
                    self.fellowship.company(service, record.epoch, checked, announced=True),
                )
            case HostEdge.KEEP:
                pass

    def _renew(self, name: ServiceName, record: Placement, local: Local, began: timedelta) -> None:
        """Leave a lent address here for as long as what was read since ``began`` allows."""
        if not self._lends(name) or not may_keep(record, local):
            return
        if began - self._renewed.get(name, timedelta()) >= _RENEWS:
            self.guard.renew(name, record.epoch, began + LENT)
            self._renewed[name] = began

    def _go(self, service: ServiceName, record: Placement, until: timedelta) -> Iterator[str]:
        """Withdraw ``service`` once no run holds it, and a host of its place says that it serves.

        That host may have died since it took the service over, and nobody else may announce it.
        """
        fellowship = self.fellowship
        if yields(HostEdge.WITHDRAW, self.records.claim(service)):
            fellowship.leave(service)
            return
        placed = Checked(Fitness.LEAVING, f"it is placed at {record.site}")
        company = fellowship.company(service, record.epoch, placed, announced=True)
        match fellowship.next(service, company):
            case Conduct.STAND_DOWN if fellowship.may_go(service, record, company):
                yield self._do(Act.WITHDRAW, service, record, until)
            case Conduct.STAND_DOWN | Conduct.TELL:
                # an answer that was of no use is old by now: it is asked anew
                fellowship.tell(service, company)
            case _:
                pass

    def _beside(self, service: ServiceName, record: Placement, local: Local) -> Iterator[str]:
        """Do what is next about ``service``, which is placed here and may be served by fellows."""
        fellowship = self.fellowship
        wants_to_announce = edge(record, local) is HostEdge.ANNOUNCE
        if local.announced and wants_to_announce:
            yield self._do(Act.ANNOUNCE, service, record)  # it learns the epoch
        checked = self._checked(service, announced=local.announced)
        company = fellowship.company(service, record.epoch, checked, announced=local.announced)
        match fellowship.next(service, company):
            case Conduct.ANNOUNCE if wants_to_announce:
                yield self._do(Act.ANNOUNCE, service, record)
            case Conduct.TELL:
                fellowship.tell(service, company)
            case Conduct.TAKE_BACK:
                fellowship.take_back(service)
            case Conduct.STAND_DOWN:
                if fellowship.may_go(service, record, company):
                    yield self._stand_down(service, record, checked.why)
            case _:
                pass

    def _stand_down(self, service: ServiceName, record: Placement, why: str) -> str:
        if refusal := self.guard.stand_down(service, record.epoch):
            return f"{service} stays announced here: {refusal}"
        self.fellowship.out[service] = why
        return f"{service} is withdrawn here, and a fellow serves: {why}"

    def _checked(self, service: ServiceName, *, announced: bool) -> Checked:
        """Return how ``service`` is on this host; it is asked once a look."""
        if service not in self._checks:
            address = IPv4Address(self.guard.serves[service]) if announced else HERE
            self._checks[service] = self.check.checked(service, address)
        return self._checks[service]

    def _do(
        self, act: Act, service: ServiceName, record: Placement, until: timedelta | None = None
    ) -> str:
        address = IPv4Address(self.guard.serves[service])
        request = GuardRequest(service, record.epoch, "agent", "placement", act, address, until)
        verdict, answer = self.guard.answer(request.text(), recorded=True)
        ended = "done" if verdict is GuardVerdict.OBEYED else f"{verdict.name}: {answer.refused}"
        return f"{act} of {service}, placed at {record.site} in epoch {record.epoch}: {ended}"
