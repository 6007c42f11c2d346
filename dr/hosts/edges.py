"""What a host has to do to be as a placement record says: one table, read by its agent. Pure.

At one epoch one site is active, so everything that records ask of a host under one
epoch asks for the same. Acting late is therefore harmless: the host refuses an epoch
that is over, and under the present one no record wants the opposite. Only the host itself
may, when it is ill: see ``dr.hosts.announcing``. A late withdrawal may leave nobody who
announces, so a host withdraws only by what it has just read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from dr.placement import Claim, Placement
from inventory.names import SiteName

STANDS: Final = timedelta(seconds=5)
"""for so long a host acts by what it read; who stood still meanwhile reads anew"""


class HostEdge(StrEnum):
    """From how a host is to how it should be, under the record's epoch."""

    KEEP = "keep"
    """it is so, or nothing that may be obeyed says otherwise"""
    ANNOUNCE = "announce"
    """announce the address; where it is announced, the host learns the epoch"""
    STAY_OUT = "stay-out"
    """nothing is announced; the host learns the epoch"""
    WITHDRAW = "withdraw"
    """withdraw the address, as soon as no run holds the service: see ``yields``"""


@dataclass(frozen=True, slots=True)
class Local:
    """How one host is with one service, as the host itself says."""

    site: SiteName
    announced: bool
    highest: int | None
    """epoch that the host was asked under; None: never, or it forgot with its disk"""
    excluded: bool = False
    """whether it was given up, and nobody admitted it since: it announces nothing anew"""


def edge(record: Placement | None, local: Local) -> HostEdge:
    """Return what ``local`` has to do to be as ``record``, read from a majority, says."""
    if record is None or record.epoch < (local.highest or 0):
        return HostEdge.KEEP
    active = record.site == local.site
    if local.announced == active and record.epoch == local.highest:
        return HostEdge.KEEP
    if active:
        # who still announces may be the last: what is kept out only begins nothing
        kept_out = local.excluded and not local.announced
        return HostEdge.KEEP if kept_out else HostEdge.ANNOUNCE
    return HostEdge.WITHDRAW if local.announced else HostEdge.STAY_OUT


def yields(wanted: HostEdge, claim: Claim) -> bool:
    """Whether a host leaves ``wanted`` to the run that holds ``claim``.

    The claim must be read after the placement record. A run withdraws the old site once the new
    site announces; if the host withdrew earlier, nobody would serve. The run gives up its claim
    when the service was seen to answer from the new site.
    """
    return wanted is HostEdge.WITHDRAW and claim.run is not None


def may_keep(record: Placement, local: Local) -> bool:
    """Whether a lent address that is announced stays so, by a record that was just read.

    Not on a host that was given up: what it had before is over when its time is.
    """
    return record.site == local.site and local.announced and not local.excluded
