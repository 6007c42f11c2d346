"""What waits for a person: what only one member holds, what Patroni was told, a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApartView:
    """What only one member of a database holds; it does not follow until a person decides."""

    commits: int | None
    """None: nobody could count them"""
    since: datetime | None
    """when the first was made; None: not known"""
    kept: bool
    """whether it was copied on its host"""


@dataclass(frozen=True, slots=True)
class ScheduledView:
    """A switchover that somebody left for Patroni to make, outside every plan."""

    at: datetime
    to: str | None
    """None: to whom Patroni chooses"""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """One certificate of the environment, and its end."""

    owner: str
    """name of the host, service or client"""
    ends_at: datetime | None
    """None: nobody could read it"""
