"""What was answered, source by source, before anybody makes sense of it.

A key that is missing was not answered; False is an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address

from access.clients.alertmanager import FiredAlert
from access.clients.patroni import ClusterAnswer
from access.clients.prometheus import Sample
from core.runs.plan import RunName
from dr.admission import Exclusion
from dr.logs.seam import LogProgress, Seam
from dr.placement import Claim, Placement
from inventory.names import DatabaseName, HostName, LinkName, ServiceName, SiteName
from inventory.promises import LastCopy
from monitors.health.drills import DrillView
from monitors.health.run_view import StepView
from monitors.health.watch import WatchView
from stacks.substrates.port import LinkState, Power


@dataclass(frozen=True, slots=True)
class PowerReading:
    """What a substrate says of one host."""

    power: Power
    booted_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunReading:
    """How one run stands that was begun on this machine and is not over."""

    services: tuple[ServiceName, ...]
    """that it moves"""
    is_carried: bool
    """whether a process carries it now, and is not stopped"""
    is_held: bool
    """whether it can go on only when a person says so"""
    waits_for: tuple[str, ...]
    stopped: int | None = None
    """the process that carries it and was told to stop; None: none is"""
    steps: tuple[StepView, ...] = ()
    """in the plan's order"""


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """How one service did for the probe in the last seconds."""

    answers: bool
    site: SiteName | None
    """that answered last; None: nobody has yet"""
    writes: int = 0
    """in the last seconds"""
    refused: int = 0
    unanswered: int = 0
    lost: int = 0
    """acknowledged writes that are not there"""
    lost_since: datetime | None = None
    """when the first of them was missed; None: none is"""
    late: timedelta = timedelta()
    """behind its own schedule, at most, in the last seconds"""


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that was answered in one look around."""

    power: Mapping[HostName, PowerReading] = field(default_factory=dict)
    links: Mapping[LinkName, LinkState] = field(default_factory=dict)
    greetings: Mapping[HostName, bool] = field(default_factory=dict)
    """whether the SSH port greeted (True) or refused (False)"""
    clusters: Mapping[tuple[DatabaseName, HostName], ClusterAnswer | None] = field(
        default_factory=dict
    )
    """None: the host refused, so nothing runs there"""
    last_copies: Mapping[tuple[DatabaseName, HostName], LastCopy] = field(default_factory=dict)
    """what each copy does without another to wait for, if it leads"""
    progress: Mapping[tuple[DatabaseName, HostName], LogProgress] = field(default_factory=dict)
    """of each copy, by its own word"""
    seams: Mapping[tuple[DatabaseName, HostName], Seam] = field(default_factory=dict)
    """of copies that their leader sends nothing to"""
    voters: Mapping[HostName, bool] = field(default_factory=dict)
    voting: frozenset[str] | None = None
    """the names of all who vote; None: nobody could tell"""
    no_space: frozenset[HostName] = frozenset()
    """voters that take no writes, since the space of etcd's database is used up"""
    samples: Mapping[HostName, tuple[Sample, ...]] = field(default_factory=dict)
    """by the host whose Prometheus told"""
    placements: Mapping[ServiceName, Placement] = field(default_factory=dict)
    probed: Mapping[ServiceName, ProbeReading] = field(default_factory=dict)
    claims: Mapping[DatabaseName, Claim] = field(default_factory=dict)
    excluded: Mapping[HostName, Exclusion] = field(default_factory=dict)
    """hosts that were given up, and not admitted since"""
    watch: WatchView | None = None
    """None: nobody could tell"""
    steady: Mapping[HostName, Mapping[HostName, timedelta]] = field(default_factory=dict)
    """who answers each observer without a break, and for how long at least"""
    unfenced: frozenset[HostName] = frozenset()
    """hosts for whose power nobody answered who should"""
    runs: Mapping[RunName, RunReading] | None = None
    """of this machine, those that are not over; None: nobody could tell"""
    drill: DrillView | None = None
    """None: all that drills took is given back, or nobody could tell"""
    alerts: Mapping[HostName, tuple[FiredAlert, ...]] = field(default_factory=dict)
    """that fire, by the host whose Alertmanager told"""
    issued: Mapping[str, datetime] = field(default_factory=dict)
    """when each certificate ends that was issued, by its owner"""
    shown: Mapping[IPv4Address, datetime] = field(default_factory=dict)
    """when the certificate ends that each address showed last"""
