"""Which site serves a workload, at which epoch: one record, changed by compare-and-swap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import Format
from core.runs.plan import RunName
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network, Service

BY_ITSELF: Final = RunName("controller")
"""stands where a controller moved a service: no run did"""


@dataclass(frozen=True, slots=True)
class Placement:
    """The only truth about the active site of a workload.

    There is one record a workload. Each change of it raises ``epoch`` by one, so one epoch has
    one active site. A host refuses a lower epoch than it was asked under before.
    """

    site: SiteName
    epoch: int
    """1 for the first; + 1 with each change"""
    run: RunName | None
    """that made it, or ``BY_ITSELF``; None: the first one, made when the service was set up"""

    def moved(
        self, source: SiteName, target: SiteName, epoch: int, run: RunName
    ) -> Placement | None:
        """Return the record once ``run`` moved the workload to ``target``; None: it may not.

        ``epoch`` is the one under which it is served there. The move may be made from ``source``
        at the epoch before. It counts as made where the record is the new one already.
        """
        new = Placement(target, epoch, run)
        may = self == new or (self.site, self.epoch + 1) == (source, epoch)
        return new if may else None


@dataclass(frozen=True, slots=True)
class Claim:
    """Which run may move a workload now: at most one, and ``number`` only rises.

    A run that finds another holder must stop: it was overtaken.
    """

    run: RunName | None
    """None: nobody's"""
    number: int = 0
    """how often it was taken; a run takes it under the number that its plan saw to be next, so a
    late request of a run that is over changes nothing
    """

    def taken(self, run: RunName, number: int) -> Claim | None:
        """Return the claim once ``run`` holds it under ``number``; None: it may not."""
        wanted = Claim(run, number)
        return wanted if self in {wanted, Claim(None, number - 1)} else None

    def released(self, run: RunName) -> Claim:
        """Return the claim once ``run`` does not hold it."""
        return Claim(None, self.number) if self.run == run else self


def serving_at(network: Network, service: Service, site: SiteName) -> list[HostName]:
    """Return the hosts that serve ``service`` when it is at ``site``."""
    return [host for host in service.hosts if network.host(host).site == site]


_PLACEMENT: TypeAdapter[Placement] = TypeAdapter(Placement)
_CLAIM: TypeAdapter[Claim] = TypeAdapter(Claim)


def placement_text(placement: Placement) -> str:
    """Return ``placement`` as it is kept."""
    return Format.PLACEMENT.text(_PLACEMENT.dump_python(placement, mode="json"))


def claim_text(claim: Claim) -> str:
    """Return ``claim`` as it is kept."""
    return Format.CLAIM.text(_CLAIM.dump_python(claim, mode="json"))


def read_placement(text: str) -> Placement:
    """Return the placement that ``text`` holds.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read.
    """
    Format.PLACEMENT.demand(text, "a placement")
    try:
        return _PLACEMENT.validate_json(text)
    except ValidationError:
        raise _unreadable('{"site": …, "epoch": …, "run": …}', text) from None


def read_placements(prefix: str, pairs: Iterable[tuple[str, str]]) -> dict[ServiceName, Placement]:
    """Return the placement that each of ``pairs`` (key, text) holds, by what follows ``prefix``.

    Raises:
        JournalCorrupt: one of them holds none.
    """
    return {ServiceName(key.removeprefix(prefix)): read_placement(text) for key, text in pairs}


def read_claim(text: str) -> Claim:
    """Return the claim that ``text`` holds.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read.
    """
    Format.CLAIM.demand(text, "a claim")
    try:
        return _CLAIM.validate_json(text)
    except ValidationError:
        raise _unreadable('{"run": …, "number": …}', text) from None


def _unreadable(expected: str, text: str) -> JournalCorrupt:
    return JournalCorrupt(
        "a record of who serves a workload cannot be read",
        expected=expected,
        actual=text[:80],
        next_step="find out who wrote it; nothing moves while it cannot be read",
    )
