"""The clock of a host, against those of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from core.clock import TOLERATED_OFFSET
from inventory.names import HostName
from monitors.health.concern import Concern, Condition


@dataclass(frozen=True, slots=True)
class ClockView:
    """How far a host's clock is from what the clocks of monitors agree on."""

    ahead: timedelta
    """negative: it is behind"""
    error: timedelta
    """by which ``ahead`` may be wrong"""
    compared: bool
    """whether it hears any other clock; False: the rest says nothing"""
    from_outside: bool = False
    """whether what it is compared with comes from outside the network"""
    servers: int = 0
    """clocks outside the network that are declared for it"""


def of_clock(host: HostName, clock: ClockView | None) -> Iterator[Concern]:
    """Yield what is wrong with the clock of ``host``; None: nobody tells anything of the host."""
    look = f"next: ndc ssh {host} -- chronyc -n sources"
    if clock is None:
        return
    if not clock.compared:
        nor = f", nor with {_declared(clock.servers)}" if clock.servers else ""
        yield Concern(host, Condition.WARNING, f"its clock is compared with no other{nor}; {look}")
        return
    if clock.servers and not clock.from_outside:
        sentence = f"its time does not come from {_declared(clock.servers)}; {look}"
        yield Concern(host, Condition.WARNING, sentence)
    if abs(clock.ahead) + clock.error > TOLERATED_OFFSET:
        seconds, way = (
            clock.ahead.total_seconds(),
            "ahead" if clock.ahead > timedelta() else "behind",
        )
        off = f"{abs(seconds):.3f} s {way}, by {clock.error.total_seconds():.3f} s at most more"
        yield Concern(host, Condition.WARNING, f"its clock is {off}; {look}")


def _declared(servers: int) -> str:
    which = "the time server" if servers == 1 else f"any of the {servers} time servers"
    return f"{which} declared for it"


def ahead_of_now(host: HostName, early: timedelta, source: HostName) -> str:
    """Return what to say of the copy of ``host`` whose newest mark is ``early``.

    ``source`` is whose clock to look at first.
    """
    return (
        f"the newest mark in the copy of {host} is {early.total_seconds():.1f} s ahead, so its age "
        f"is not known: the clock of its source is off, or of who tells; "
        f"next: ndc ssh {source} -- chronyc -n tracking"
    )
