"""A host's placement agent: reads the records, and has the guard do what they ask for.

Where the records cannot be read, everything stays as it is. Every act goes through the
guard, which refuses the epoch of a record that was overtaken meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from dr.edges import HostEdge, Local, edge, yields
from dr.epochs import Act, GuardRequest, GuardVerdict
from dr.onhost.guard import Guard
from dr.onhost.local_check import LocalCheck
from dr.placement import Claim, Placement
from inventory.names import ServiceName, SiteName

_ACTS = {
    HostEdge.ANNOUNCE: Act.ANNOUNCE,
    HostEdge.STAY_OUT: Act.WITHDRAW,
    HostEdge.WITHDRAW: Act.WITHDRAW,
}


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

    def ill(self) -> Mapping[ServiceName, str]:
        """Return of each service that is announced here why it serves nobody; empty where it does.

        Its address stays. A host is the only one that announces a service, as far as it can know:
        withdrawn, citizens would find nobody instead of an error.

        Raises:
            WorldError: the addresses could not be read.
        """
        present = self.guard.addresses.present()
        return {
            ServiceName(name): self.check.objection(name, IPv4Address(address))
            for name, address in self.guard.serves.items()
            if IPv4Address(address) in present
        }

    def look(self) -> Iterator[str]:
        """Make this host be as the records say; yield a sentence for each thing it did.

        Raises:
            WorldError: the records or the addresses could not be read; the rest is as it was.
            JournalCorrupt: a record or this host's epochs cannot be trusted; nothing was done.
        """
        # first the records: a host looked at later knows the epoch of whoever overtook them
        records = self.records.placements()
        epochs = self.guard.record.read()
        present = self.guard.addresses.present()
        for name, address in self.guard.serves.items():
            service, record = ServiceName(name), records.get(ServiceName(name))
            local = Local(self.site, IPv4Address(address) in present, epochs.get(name))
            wanted = edge(record, local)
            if record is None or wanted is HostEdge.KEEP:
                continue
            if wanted is HostEdge.WITHDRAW and yields(wanted, self.records.claim(service)):
                continue
            yield self._do(_ACTS[wanted], service, record, IPv4Address(address))

    def _do(self, act: Act, service: ServiceName, record: Placement, address: IPv4Address) -> str:
        request = GuardRequest(service, record.epoch, "agent", "placement", act, address)
        verdict, answer = self.guard.answer(request.text(), recorded=True)
        ended = "done" if verdict is GuardVerdict.OBEYED else f"{verdict.name}: {answer.refused}"
        return f"{act} of {service}, placed at {record.site} in epoch {record.epoch}: {ended}"
