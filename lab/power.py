"""The power of hosts: whether one has it, and since when. Each power-on is on record before it is.

The moment of the last power-on is the name of a host's life: what is asked for in one life
is not done in another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock
from lab.state import State

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HostPower:
    """Whether a host has power, and when it last came on."""

    on: bool
    """whether one of its processes is left, if only a frozen one"""
    since: datetime | None
    """also while it is off; None: it was never on"""


def note_power_on(state: State, host: str, clock: Clock) -> None:
    """Put on record that ``host`` is about to be switched on: no other time it was at this moment.

    Raises:
        Rejected: it could not be written.
    """
    record = state.records.hosts[host]
    now = clock.now()
    # a clock that was set back names no life a second time
    earliest = record.power_on_at + _MOMENT if record.power_on_at else now
    state.record(replace(record, power_on_at=max(now, earliest)))


def name_lives(state: State, clock: Clock) -> None:
    """Let every host of ``state`` have a moment of power-on: an older daemon recorded none."""
    for record in state.records.hosts.values():
        if record.power_on_at is None:
            note_power_on(state, record.spec.name, clock)
