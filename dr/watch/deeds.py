"""What a controller does by itself within a region, and what keeps it from it. Pure.

A deed is one transaction: several controllers may be about to do the same, or one of them may be
stopped and go on later, and it is done once, or not at all.

A service has no lease to wait for: what its former hosts would write, a database refuses that is
led elsewhere. It is placed anew, and agents do the rest; the old ones learn the epoch when they
return, and withdraw.

A dead leader keeps the key to lead by until its lease ends. The key is vacated when the host is
proven dead: two who do not depend on each other say so, whoever switches its power and an
observer at another site. Its term was read before, and only the process that took it can go on
in it. So the proof holds for ever, however late the transaction comes: who leads again, after
a restart too, has another term. For the same reason the key itself speaks for nobody here. What
follows is the election that Patroni would hold at the lease's end: sooner, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from core.errors import Rejected
from core.formats import Format
from core.runs.plan import RunName
from dr.doors import LeaderKey
from dr.facts import Supply
from dr.watch.judging import OBSERVES
from inventory.initiative import Initiative
from inventory.names import DatabaseName, HostName, ServiceName, SiteName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a quorum said of a database, before anybody was asked for the power of its leader."""

    database: DatabaseName
    key: LeaderKey
    whole: frozenset[HostName]
    """for whom its commits wait: they have every acknowledged write"""
    run: RunName | None
    """which run holds the database with its services"""
    lever: str | None
    """the sentence of whoever pulled it; None: it is not pulled"""


@dataclass(frozen=True, slots=True)
class Vacating:
    """The key to lead ``database`` by is taken from the dead host that held it."""

    database: DatabaseName
    holder: HostName
    term: int
    life: str
    """of the holder, which was over"""
    by: HostName
    at: datetime
    """by the clock of ``by``"""
    why_not: tuple[str, ...] = ()
    """what kept ``by`` from it; empty: it was done"""

    @property
    def ordinal(self) -> str:
        """Which of the deeds about its database it is; the later one sorts behind."""
        return f"{self.term:020}-{0 if self.why_not else 1}"

    def sentence(self) -> str:
        """Return it in words."""
        verb = "would have taken" if self.why_not else "took"
        did = f"{verb} the key to lead {self.database} from {self.holder}, seen without power"
        but = f", but {'; '.join(self.why_not)}" if self.why_not else ""
        return f"{self.at:%Y-%m-%d %H:%M:%SZ}: {self.by} {did}{but}"


@dataclass(frozen=True, slots=True)
class Relocating:
    """A service whose hosts are dead is placed at another site of its region."""

    service: ServiceName
    source: SiteName
    target: SiteName
    epoch: int
    """under which it is served there"""
    by: HostName
    at: datetime
    """by the clock of ``by``"""

    @property
    def ordinal(self) -> str:
        """Which of the deeds about its service it is; the later one sorts behind."""
        return f"{self.epoch:020}-1"

    def sentence(self) -> str:
        """Return it in words."""
        moved = f"moved {self.service} from {self.source} to {self.target}, epoch {self.epoch}"
        return f"{self.at:%Y-%m-%d %H:%M:%SZ}: {self.by} {moved}"


Deed: TypeAlias = Vacating | Relocating


def is_proven_dead(
    network: Network, host: HostName, supply: Supply | None, observer: HostName
) -> bool:
    """Tell whether ``host``, which ``observer`` misses, is dead beyond doubt.

    ``supply`` is what whoever switches its power said afterwards; None: that one is silent.
    """
    is_elsewhere = network.host(observer).site != network.host(host).site
    return is_elsewhere and supply is not None and not supply.on


def obstacles(network: Network, grounds: Grounds, answering: Collection[HostName]) -> Iterator[str]:
    """Yield what keeps a controller that sees ``answering`` from vacating the key of the dead."""
    if grounds.lever is not None:
        yield f"the lever is pulled, {grounds.lever}"
    if grounds.run is not None:
        yield f"{grounds.run} is in progress"
    if not set(_heirs(network, grounds)) & set(answering):
        yield "no copy in its region that has every write answers"
    if network.controllers is Initiative.OBSERVE:
        yield OBSERVES


def _heirs(network: Network, grounds: Grounds) -> Iterator[HostName]:
    holder = grounds.key.holder
    for host in grounds.whole - {holder}:
        if network.region(host) == network.region(holder):
            yield host


_DEED: TypeAdapter[Deed] = TypeAdapter(Deed)


def deed_text(deed: Deed) -> str:
    """Return ``deed`` as it is kept."""
    return Format.DEED.text(_DEED.dump_python(deed, mode="json"))


def read_deed(text: str) -> Deed:
    """Return the deed that ``text`` tells of.

    Raises:
        Rejected: it tells of none, or is of a format that is not read.
    """
    Format.DEED.demand(text, "what a controller did")
    try:
        return _DEED.validate_json(text)
    except ValidationError:
        raise Rejected(
            "what a controller did cannot be read",
            expected='{"database": …, "holder": …, "by": …, "at": …}',
            actual=text[:80],
            next_step="nothing relies on it; `ndc status` shows who leads",
        ) from None
