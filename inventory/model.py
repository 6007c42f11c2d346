"""The declared inventory: what a person may write, and in which shape.

These models are where YAML becomes types. Whether the parts fit together is
asked by ``inventory.checks``; what follows from them is computed by
``inventory.derive``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from core.formats import FIRST, Format
from inventory.names import (
    DatabaseName,
    DrillName,
    LinkName,
    OperatorName,
    PolicyName,
    ProfileName,
    RegionName,
    ServiceName,
    SiteName,
    TierName,
)
from inventory.network import LastCopy, Role, SiteKind
from inventory.practice import Statement, Taken
from inventory.printable import MailAddress, MailRelay, PublicKey, Title, Webhook

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
DURATION = r"^(\d+(?:\.\d+)?) (ms|s|min|h|d)$"
_LONGEST = timedelta(days=3650)
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def _duration(text: Any) -> timedelta:
    match = re.fullmatch(DURATION, text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("a number, a space and one of ms, s, min, h, d: 15 min")
    try:
        length = float(match[1]) * _UNITS[match[2]]
    except OverflowError:
        length = timedelta.max
    if length > _LONGEST:
        raise ValueError(f"{_LONGEST.days} d at most")
    return length


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["15 min"]}),
]
Prefix = Annotated[
    IPv4Network,
    Field(strict=False),
    WithJsonSchema({"type": "string", "examples": ["198.19.0.0/19"]}),
]
Word = Annotated[str, Field(pattern=NAME, max_length=40)]
"""a name that nothing else refers to: carriers, ducts, risks"""
Words = Annotated[tuple[Word, ...], Field(strict=False)]
Sites = Annotated[tuple[SiteName, ...], Field(strict=False)]
Port = Annotated[int, Field(ge=1024, le=49151)]
Roles = Annotated[frozenset[Annotated[Role, Field(strict=False)]], Field(strict=False)]
HostRoles = dict[Annotated[str, Field(pattern=NAME, max_length=12)], Roles]
"""host, named within its site → what it is for"""


class _Declared(BaseModel):
    """Refuses unknown keys and quiet conversions."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class NetworkSettings(_Declared):
    """What holds for the network as a whole."""

    default_profile: Annotated[ProfileName, Field(min_length=1)]
    """the profile of an environment that names none"""
    autonomous_system_base: Annotated[int, Field(ge=4200000000, le=4294967294)]
    """a site's number is added to it; all of RFC 6996's 32-bit private range"""
    synchronous_rtt_ms: Annotated[float, Field(gt=0, le=1000)]
    """most milliseconds, round trip, between sites that hold synchronous copies"""


class Pools(_Declared):
    """Prefixes that addresses are taken from."""

    management: Prefix
    """a /24 an environment"""
    loopbacks: Prefix
    """a /24 a site"""
    lans: Prefix
    """a /24 a site"""
    links: Prefix
    """a /31 a link"""
    services: Prefix
    """a /32 a service"""


class Region(_Declared):
    """What one disaster can take whole."""

    title: Title


class FailurePolicy(_Declared):
    """Losses that the network promises to survive."""

    any_site: bool
    """each site by itself"""
    regions: Annotated[tuple[RegionName, ...], Field(strict=False)] = ()
    """all sites of one of these regions together"""


class Policy(_Declared):
    """A rule about where a site may be; it binds the sites that name it."""

    title: Title
    basis: Title
    """the law or decision that asks for it"""
    outside_regions_of: Annotated[Sites, Field(min_length=1)]
    """the bound site's region is none of these sites' regions"""


class SiteEntry(_Declared):
    """One place."""

    title: Title
    kind: Annotated[SiteKind, Field(strict=False)]
    region: RegionName
    latitude: Annotated[float, Field(ge=-90, le=90)]
    """degrees north"""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """degrees east"""
    policies: Annotated[tuple[PolicyName, ...], Field(strict=False)] = ()
    """policies that bind this site"""


class LinkEntry(_Declared):
    """One transmission link between two sites."""

    ends: Annotated[Sites, Field(min_length=2, max_length=2)]
    rtt_ms: Annotated[float, Field(gt=0, le=1000)]
    """round trip, in milliseconds"""
    rate_mbps: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """megabits a second; absent: not limited"""
    mtu_bytes: Annotated[int, Field(ge=1280, le=9216)] = 1500
    """the largest IP packet"""
    carrier: Word
    ducts: Annotated[Words, Field(min_length=1)]
    """what a digger cuts, from end to end"""
    shared_risks: Words
    """anything else that takes links down together"""


class DatabaseEntry(_Declared):
    """One PostgreSQL cluster over several sites."""

    title: Title
    tier: TierName
    home: SiteName
    """bootstraps first, alone"""
    synchronous: Annotated[Sites, Field(min_length=1)]
    """sites with a copy that may become the leader by itself; ``home`` among them"""
    asynchronous: Sites = ()
    """sites with a copy that is never waited for, and promoted by a plan only"""
    last_copy: Annotated[LastCopy, Field(strict=False)]
    port: Port


class ServiceEntry(_Declared):
    """Something citizens use."""

    title: Title
    tier: TierName
    home: SiteName
    refuges: Sites = ()
    """where it may go, best first; without ``home``"""
    database: DatabaseName
    port: Port
    """of the application, on its host's loopback interface"""


class Tier(_Declared):
    """What a workload promises after a disaster."""

    title: Title
    recovery_time: Duration
    recovery_point: Duration
    stable_for: Duration | None = None
    """how long a site that returned is to be up before a move back to it is offered; absent: none
    is offered
    """
    basis: Title
    """where the figures come from"""


Hypothesis = Annotated[
    tuple[Annotated[Statement, Field(strict=False)], ...], Field(strict=False, min_length=1)
]


class DrillEntry(_Declared):
    """A loss, or a move, that is practised; it names no site and no host."""

    title: Title
    service: ServiceName
    """what is taken is what this one stands on when the drill begins"""
    takes: Annotated[Taken, Field(strict=False)]
    before: Hypothesis
    """what has to be so, or the drill does not begin"""
    after: Hypothesis
    """what has to be so when it ends, or it failed"""
    every: dict[TierName, Duration]
    """how often, by the tier of ``service``"""


class OperatorEntry(_Declared):
    """A person who may work on the network."""

    title: Title
    roles: Annotated[
        frozenset[Literal["observe", "operate", "approve"]], Field(strict=False, min_length=1)
    ]
    public_key: PublicKey = ""
    """OpenSSH format; absent: the environment makes the key"""


class MailEntry(_Declared):
    """How mail is sent, and to whom."""

    relay: MailRelay
    """which host takes it, and at which port; it asks no password"""
    sender: MailAddress
    to: Annotated[tuple[MailAddress, ...], Field(strict=False, min_length=1)]


class AlarmsEntry(_Declared):
    """Who is called when an alert fires."""

    webhooks: Annotated[tuple[Webhook, ...], Field(strict=False)] = ()
    """each gets Alertmanager's own JSON"""
    mail: MailEntry | None = None


class Profile(_Declared):
    """How many hosts a site has, and what each is for."""

    title: Title
    kinds: dict[Annotated[SiteKind, Field(strict=False)], HostRoles]
    """for every site of a kind"""
    additions: dict[SiteName, HostRoles] = {}
    """roles that hosts of one site carry besides"""

    def hosts_at(self, site: SiteName, kind: SiteKind) -> Mapping[str, frozenset[Role]]:
        """Return the roles of each host of ``site``, by its name within the site."""
        additions = self.additions.get(site, {})
        return {
            host: roles | additions.get(host, frozenset())
            for host, roles in self.kinds.get(kind, {}).items()
        }


_NAMED = Field(pattern=NAME, max_length=40)


class Inventory(_Declared):
    """Everything that is declared, from all files together."""

    format: Annotated[int, WithJsonSchema({"enum": [*Format.INVENTORY.read]})] = FIRST
    """in which all files are written; not declared: the first"""
    network: NetworkSettings
    pools: Pools
    regions: dict[Annotated[RegionName, _NAMED], Region]
    failure_policy: FailurePolicy
    policies: dict[Annotated[PolicyName, _NAMED], Policy] = {}
    profiles: dict[Annotated[ProfileName, _NAMED], Profile]
    sites: dict[Annotated[SiteName, Field(pattern=NAME, max_length=12)], SiteEntry]
    links: dict[Annotated[LinkName, _NAMED], LinkEntry] = {}
    tiers: dict[Annotated[TierName, Field(pattern=r"^T[0-9]$")], Tier] = {}
    databases: dict[Annotated[DatabaseName, _NAMED], DatabaseEntry] = {}
    services: dict[Annotated[ServiceName, _NAMED], ServiceEntry] = {}
    operators: dict[Annotated[OperatorName, Field(pattern=NAME, max_length=31)], OperatorEntry] = {}
    drills: dict[Annotated[DrillName, _NAMED], DrillEntry] = {}
    alarms: AlarmsEntry = AlarmsEntry()
