"""What every collector has to tell, as one page shows it: each metric of the exporter once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

from core.runs.journal import RunVerdict
from dr.drills.cadence import DrillProof, Felt
from dr.planning.plan import Intent
from inventory.names import DatabaseName, DrillName, HostName, LinkName, SiteName
from inventory.network import Role
from monitors.collectors.clocks import clock_families
from monitors.collectors.drills import drill_families
from monitors.collectors.links import declared_link_families, link_families, way_families
from monitors.collectors.notices import certificate_families, order_families
from monitors.collectors.placement import placement_families
from monitors.collectors.protection import Shortfalls, Waits
from monitors.collectors.quorum import quorum_families
from monitors.collectors.replication import replication_families
from monitors.collectors.runs import run_families
from monitors.collectors.sessions import DeclaredNeighbour, session_families
from monitors.readers.echo import EchoReading
from monitors.readers.etcd import VoterHealth
from monitors.readers.heartbeats import Mark
from monitors.readers.unfinished import Unfinished
from monitors.tallies import WayLosses
from routing.answers import BfdPeer, Session
from tests.networks import network

NOON = datetime(2030, 5, 17, 5, tzinfo=UTC)
NEAR, FAR = IPv4Address("198.19.100.1"), IPv4Address("198.19.100.3")
INSIDE = IPv4Address("198.19.32.4")

LINKS = link_families(
    {
        (LinkName("north"), SiteName("ndc02")): EchoReading(3, 3, timedelta(milliseconds=3.1)),
        (LinkName("south"), SiteName("ndc02")): EchoReading(3, 0, None),
    }
)
WAYS = way_families(
    SiteName("ndc01"),
    {
        (LinkName("north"), SiteName("ndc02")): WayLosses(0.125, 0.0),
        (LinkName("south"), SiteName("ndc02")): WayLosses(1.0, None),
    },
)
SESSIONS = session_families(
    [
        DeclaredNeighbour(NEAR, HostName("ndc02-edge1"), SiteName("ndc02"), LinkName("north")),
        DeclaredNeighbour(FAR, HostName("ndc02-edge2"), SiteName("ndc02"), LinkName("south")),
        DeclaredNeighbour(INSIDE, HostName("ndc01-data"), SiteName("ndc01"), None),
    ],
    [Session(NEAR, "Established"), Session(INSIDE, "Idle")],
    [BfdPeer(NEAR, is_up=True), BfdPeer(FAR, is_up=False)],
    {NEAR: "RECEIVE", FAR: "AVOID", INSIDE: "AVOID"},
)
WELL = VoterHealth(votes=True, has_room=True)
QUORUM = quorum_families(
    {
        **{HostName(f"voter{n}"): WELL for n in range(1, 4)},
        HostName("voter4"): None,
        HostName("voter5"): VoterHealth(votes=True, has_room=False),
    }
)
NARROW, *OTHERS = network("tiny").links
OF = replace(network("tiny"), links=(replace(NARROW, rate_bits_per_second=800_000_000), *OTHERS))
EDGE = OF.host(HostName("ndc01-edge"))
DECLARED = declared_link_families(OF, EDGE.name)
PLACEMENT = placement_families(
    OF, EDGE.site, {IPv4Network(service.address): {None} for service in OF.services[:1]}
)
ORDERS = order_families({DatabaseName("general-db"): NOON + timedelta(hours=9)})
CERTIFICATES = certificate_families({HostName("ndc02-data"): NOON + timedelta(days=13)})
CLOCKS = clock_families(OF, OF.host(OF.hosts_with(Role.MONITOR)[0].name))
REPLICATION = replication_families(
    SiteName("ndc02"),
    {
        DatabaseName("general-db"): [
            Mark(SiteName("ndc01"), NOON - timedelta(seconds=5)),
            Mark(SiteName("ndc01"), NOON),
        ],
        DatabaseName("identity-db"): [],
    },
    {DatabaseName("general-db"): timedelta(), DatabaseName("identity-db"): timedelta(seconds=60)},
    {(DatabaseName("general-db"), HostName("ndc02-data")): 89},
    {(DatabaseName("general-db"), "ndc03_data"): 1_061_158_912},
)
SHORT = {DatabaseName("general-db"): Waits(0, 1), DatabaseName("identity-db"): Waits(2, 2)}
SHORTFALLS = Shortfalls()
SHORTFALLS.note(dict.fromkeys(SHORT, Waits(None, 1)), NOON - timedelta(seconds=10))
SHORTFALLS.note(SHORT, NOON - timedelta(seconds=5))
PROTECTION = SHORTFALLS.families(SHORT)
RUNS = run_families(
    [
        Unfinished(Intent.FAILOVER, RunVerdict.OPEN, NOON, NOON + timedelta(seconds=at))
        for at in (40, 60)
    ]
    + [Unfinished(Intent.SWITCHOVER, RunVerdict.HELD, NOON, NOON)]
)
DRILLS = drill_families(
    OF.drills,
    {
        DrillName("planned-move"): DrillProof("a run", NOON, Felt(timedelta(seconds=2.5), 0)),
        DrillName("voter-loss"): DrillProof("a drill", NOON),
        DrillName("pair-loss"): DrillProof("a drill", NOON, Felt(None, 2)),
        DrillName("host-loss"): DrillProof("a drill", NOON, Felt(timedelta(seconds=9), None)),
    },
    {DrillName("site-loss"): DrillProof("a drill", NOON, Felt(timedelta(seconds=70), 3))},
)
