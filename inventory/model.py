"""The declared inventory: what a person may write, and in which shape.

These models are where YAML becomes types. Whether the parts fit together is
asked by ``inventory.checks``; what follows from them is computed by
``inventory.derive``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from core.formats import FIRST, Format
from inventory.calling import AlarmsEntry
from inventory.initiative import Initiative
from inventory.names import (
    DatabaseName,
    DrillName,
    LinkName,
    OperatorName,
    PolicyName,
    PoolName,
    ProfileName,
    RegionName,
    ServiceName,
    SiteName,
    StoreName,
    TierName,
    TimeServerName,
)
from inventory.network import Role, SiteKind
from inventory.practice import Statement, Taken
from inventory.printable import PublicKey, Title
from inventory.promises import LastCopy
from inventory.storing import StoreEntry
from inventory.timing import TimeServerEntry
from inventory.values import (
    DECLARED,
    NAME,
    Duration,
    HostRoles,
    Port,
    Prefix,
    Sites,
    Size,
    Word,
    Words,
)


class _Declared(BaseModel):
    """Refuses unknown keys and quiet conversions."""

    model_config = DECLARED


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
    """a /24 an environment, or twice, four times … as much where its hosts need it"""
    loopbacks: Prefix
    """a /24 a site"""
    lans: Prefix
    """a /24 a site"""
    links: Prefix
    """a /31 a link"""
    services: Prefix
    """a /32 a service, and one a store"""


class Region(_Declared):
    """What one disaster can take whole."""

    title: Title


class FailurePolicy(_Declared):
    """Losses that the network promises to survive."""

    any_site: bool
    """each site by itself"""
    regions: Annotated[tuple[RegionName, ...], Field(strict=False)] = ()
    """all sites of one of these regions together"""
    controllers: Annotated[Initiative, Field(strict=False)] = Initiative.OBSERVE
    """whether controllers act by themselves within a region, or only say what they would do"""


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
    """sites with a copy that commits may wait for; ``home`` among them. One in the region of
    ``home`` may lead by itself, one in another region only by a plan
    """
    asynchronous: Sites = ()
    """sites with a copy that is never waited for, and promoted by a plan only"""
    copies: dict[SiteName, Annotated[int, Field(ge=2, le=9)]] = {}
    """how many copies a site holds, each on a host of its own, where that is more than one"""
    synchronous_rtt_ms: Annotated[float, Field(gt=0, le=1000)] | None = None
    """in place of the network's: what each commit of this database may wait, in milliseconds"""
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
    needs: Annotated[tuple[ServiceName, ...], Field(strict=False)] = ()
    """services without which it is of no use; after a loss they are there before it"""
    port: Port
    """of the application, on its host's loopback interface"""


class Tier(_Declared):
    """What a workload promises after a disaster."""

    title: Title
    recovery_time: Duration
    recovery_point: Duration
    stable_for: Duration | None = None
    """how long a site that returned is to be well before a move back to it is offered; absent: none
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


class PoolEntry(_Declared):
    """A storage pool on a host of every site that has one for storage."""

    size: Size
    sizes: dict[SiteName, Size] = {}
    """of sites where it is another"""

    def size_at(self, site: SiteName) -> int:
        """Return its size at ``site``, in bytes."""
        return self.sizes.get(site, self.size)


class Profile(_Declared):
    """How many hosts a site has, and what each is for."""

    title: Title
    kinds: dict[Annotated[SiteKind, Field(strict=False)], HostRoles]
    """for every site of a kind"""
    additions: dict[SiteName, HostRoles] = {}
    """roles that hosts of one site carry besides"""
    storage: dict[Annotated[PoolName, Field(pattern=NAME, max_length=20)], PoolEntry] = {}
    """the pools of each site's first host for storage"""

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
    stores: dict[Annotated[StoreName, _NAMED], StoreEntry] = {}
    operators: dict[Annotated[OperatorName, Field(pattern=NAME, max_length=31)], OperatorEntry] = {}
    drills: dict[Annotated[DrillName, _NAMED], DrillEntry] = {}
    alarms: AlarmsEntry = AlarmsEntry()
    time_servers: dict[Annotated[TimeServerName, _NAMED], TimeServerEntry] = {}
