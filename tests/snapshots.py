"""Snapshots of the default network in its five moods, as the control plane would take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, permutations

from access.clients.patroni import ClusterAnswer, MemberAnswer
from access.clients.prometheus import Sample
from access.secrets.ends import AUTHORITY
from dr.logs.seam import LogProgress
from dr.placement import Placement
from dr.watch.judging import Judgement, Records, judged
from dr.watch.lookout import SightWord
from inventory.host_units import units_of
from inventory.names import HostName, LinkName, SiteName
from inventory.network import Database, Host, Member, Network, Role
from monitors.catalogue import (
    BFD_SESSION_UP,
    BGP_SESSION_UP,
    LINK_LOSS_RATIO,
    LINK_ONE_WAY_LOSS_RATIO,
    LINK_RTT_SECONDS,
    LINK_UP,
)
from monitors.health.snapshot import Snapshot
from monitors.health.watch import WatchView
from monitors.look import clocks
from monitors.look.assemble import assemble
from monitors.look.programs import AVAILABLE, SIZE, UNIT_STATE
from monitors.look.readings import PowerReading, ProbeReading, Readings
from monitors.look.sightings import Sightings
from stacks.substrates.port import LinkState, Power
from tests.alerts import alarm, heard
from tests.networks import network
from tests.storage_samples import is_mark, marks_of, samples_of_storage

NOON = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
BEFORE = NOON - timedelta(seconds=41)


def all_well(of: Network) -> Readings:
    """Return what is answered when everything is as declared."""
    return Readings(
        power={h.name: PowerReading(Power.RUNNING, NOON - timedelta(hours=3)) for h in of.hosts},
        links={link.name: LinkState.UP for link in of.links},
        greetings={host.name: True for host in of.hosts},
        clusters={
            (database.name, member.host): ClusterAnswer(
                members=tuple(
                    MemberAnswer(
                        name=each.host,
                        role=_role(database, each),
                        state="running" if each == _leader(database) else "streaming",
                        timeline=3,
                        lag=None if each == _leader(database) else 0,
                    )
                    for each in database.members
                )
            )
            for database in of.databases
            for member in database.members
        },
        progress={
            (database.name, member.host): LogProgress(
                3,
                5000,
                5000,
                _others(database, member.host) if member == _leader(database) else frozenset(),
            )
            for database in of.databases
            for member in database.members
        },
        voters=dict.fromkeys(of.voters, True),
        samples={host.name: _samples(of, host.site) for host in of.hosts_with(Role.MONITOR)},
        placements={s.name: Placement(s.home, 4, None) for s in of.services},
        watch=WatchView(judgement_of(of), None),
        probed={s.name: ProbeReading(answers=True, site=s.home) for s in of.services},
        alerts=heard(of, *(alarm("Watchdog", site.name, "none") for site in of.sites)),
        issued=dict.fromkeys(_owners(of), NOON + timedelta(days=300)),
    )


def judgement_of(
    of: Network, *lost: HostName, lever: str | None = None, at: SiteName | None = None
) -> Judgement:
    """Return what a controller says of a network in which ``lost`` are off for eight seconds.

    Its services are placed ``at`` that site; None: each at home.
    """
    observers = [host.name for host in of.hosts_with(Role.MONITOR) if host.name not in lost]
    missed = dict.fromkeys(lost, timedelta(seconds=8))
    words = {name: SightWord(timedelta(), missed) for name in observers}
    placements = {s.name: Placement(at or s.home, 4, None) for s in of.services}
    whole = {d.name: frozenset(m.host for m in d.members) for d in of.databases}
    records = Records(placements, synchronous=whole, lever=lever)
    return judged(of, words, records, None, observers[-1], NOON)


def _owners(of: Network) -> list[str]:
    names = [*(host.name for host in of.hosts), *(service.name for service in of.services)]
    return [AUTHORITY, *names, "control"]


def taken(of: Network, readings: Readings) -> Snapshot:
    """Return the snapshot of ``readings``, everything having been seen 41 s before as well."""
    first = Sightings({}, BEFORE)
    assemble(of, all_well(of), first, BEFORE)
    return assemble(of, readings, Sightings(first.last(), NOON), NOON)


def healthy(profile: str = "tiny") -> Snapshot:
    """Return the network with nothing to say."""
    of = network(profile)
    return taken(of, all_well(of))


def degraded(profile: str = "tiny") -> Snapshot:
    """Return the network with one link cut and one that is slow."""
    of = network(profile)
    cut, slow = of.links[0], of.links[3]
    well = all_well(of)
    return taken(
        of,
        replace(
            well,
            links={**well.links, cut.name: LinkState.CUT, slow.name: LinkState.SLOW},
            alerts=heard(
                of,
                *chain.from_iterable(well.alerts.values()),
                alarm("LinkDown", cut.a.site, "ticket", f"no echo comes back over {cut.name}"),
                alarm("SessionDown", cut.a.site, "ticket", "no session", held_back=True),
                alarm("LastPathRemaining", cut.a.site, summary="one link is left"),
            ),
            samples={host: _after_loss(told, {cut.name}) for host, told in well.samples.items()},
        ),
    )


def site_down(profile: str = "tiny", site: str = "ndc01") -> Snapshot:
    """Return the network without one site, its database and service already moved."""
    of = network(profile)
    gone = {host.name for host in of.hosts_at(SiteName(site))}
    refuge = SiteName("ndc02")
    well = all_well(of)
    return taken(
        of,
        replace(
            well,
            power={
                name: PowerReading(Power.OFF, None) if name in gone else told
                for name, told in well.power.items()
            },
            greetings={name: told for name, told in well.greetings.items() if name not in gone},
            voters={name: told for name, told in well.voters.items() if name not in gone},
            alerts={
                host: tuple(one for one in told if one.labels["site"] != site)
                for host, told in well.alerts.items()
                if host not in gone
            },
            samples={
                host: _after_loss(told, {link.name for name in gone for link in of.links_of(name)})
                for host, told in well.samples.items()
                if host not in gone
            },
            clusters={
                key: ClusterAnswer(
                    members=tuple(_promoted(told, of, refuge) for told in cluster.members)
                )
                for key, cluster in well.clusters.items()
                if cluster and key[1] not in gone
            },
            progress={
                (database.name, member.host): LogProgress(
                    4,
                    5000,
                    5000,
                    _others(database, member.host) if member.site == refuge else frozenset(),
                )
                for database in of.databases
                for member in database.members
                if member.host not in gone
            },
            placements={s.name: Placement(refuge, 5, None) for s in of.services},
            watch=WatchView(judgement_of(of, *gone, at=refuge), None),
            probed={s.name: ProbeReading(answers=True, site=refuge) for s in of.services},
        ),
    )


def unseen(profile: str = "tiny") -> Snapshot:
    """Return the network when nothing answers."""
    of = network(profile)
    return taken(of, Readings(issued=all_well(of).issued))


def endangered(profile: str = "tiny") -> Snapshot:
    """Return the network where everything runs, writes are lost, and more may come to be."""
    of = network(profile)
    well = all_well(of)
    (database, *_), (service, *_) = of.databases, of.services
    late = database.members[-1].host
    return taken(
        of,
        replace(
            well,
            clusters={
                key: told and told.model_copy(update={"pause": True})
                for key, told in well.clusters.items()
            },
            samples={
                watcher: tuple(
                    replace(one, value=BEFORE.timestamp()) if is_mark(one, database, late) else one
                    for one in told
                )
                for watcher, told in well.samples.items()
            },
            probed={
                service.name: ProbeReading(
                    answers=True, site=service.home, lost=3, lost_since=BEFORE
                )
            },
        ),
    )


def _leader(database: Database) -> Member:
    return next(member for member in database.members if member.site == database.home)


def _others(database: Database, leads: HostName) -> frozenset[HostName]:
    return frozenset(m.host for m in database.members if m.host != leads)


def _role(database: Database, member: Member) -> str:
    """Return what Patroni calls ``member``: of those that never lead it takes what is missing."""
    leader = _leader(database)
    able = [m for m in database.members if m != leader and m.synchronous]
    able.sort(key=lambda m: m.barred)
    if member == leader:
        return "leader"
    in_step = able[: max(database.synchronous_node_count, sum(not m.barred for m in able))]
    return "quorum_standby" if member in in_step else "replica"


def _promoted(told: MemberAnswer, of: Network, site: SiteName) -> MemberAnswer:
    at = of.host(told.name).site
    if at == site:
        return MemberAnswer(name=told.name, role="leader", state="running", timeline=4)
    state = "stopped" if told.role == "leader" else told.state
    return told.model_copy(update={"role": "replica", "state": state, "timeline": 4})


def _samples(of: Network, site: SiteName) -> tuple[Sample, ...]:
    found = []
    ends = [(link, end) for link in of.links for end in (link.a, link.z) if end.site == site]
    for link, end in ends:
        labels = {"link": link.name, "host": end.host, "site": site}
        round_trip = (2 * link.delay).total_seconds() + 0.0002
        up = dict.fromkeys((LINK_UP, BGP_SESSION_UP, BFD_SESSION_UP), 1.0)
        for spec, value in {**up, LINK_RTT_SECONDS: round_trip, LINK_LOSS_RATIO: 0.0}.items():
            found.append(Sample({"__name__": spec.name, **labels}, value, NOON))
        for source, target in permutations((link.a.site, link.z.site)):
            way = {"__name__": LINK_ONE_WAY_LOSS_RATIO.name, "source": source, "target": target}
            found.append(Sample({**labels, **way}, 0.0, NOON))
    return (*found, *chain.from_iterable(_of_itself(of, host) for host in of.hosts_at(site)))


def _of_itself(of: Network, host: Host) -> Iterator[Sample]:
    labels = {"host": host.name, "site": host.site}
    for unit in units_of(of, host):
        yield unit_sample(host, unit, "active")
    for name, value in ((AVAILABLE, 50e9), (SIZE, 100e9)):
        yield Sample({"__name__": name, "mountpoint": "/", **labels}, value, NOON)
    yield from (Sample({"__name__": name, **labels}, 0.0, NOON) for name in clocks.NAMES)
    yield from samples_of_storage(of, host, NOON)
    yield from marks_of(of, host, NOON)


def unit_sample(host: Host, unit: str, state: str) -> Sample:
    """Return what the exporter of ``host`` says of ``unit``."""
    labels = {"host": host.name, "site": host.site, "name": unit, "state": state}
    return Sample({"__name__": UNIT_STATE, **labels}, 1.0, NOON)


_UNKNOWN_AFTER_LOSS = {LINK_RTT_SECONDS.name, LINK_ONE_WAY_LOSS_RATIO.name}


def _after_loss(told: tuple[Sample, ...], links: set[LinkName]) -> tuple[Sample, ...]:
    return tuple(
        replace(sample, value=float(sample.name == LINK_LOSS_RATIO.name))
        if sample.labels.get("link") in links
        else sample
        for sample in told
        if not (sample.labels.get("link") in links and sample.name in _UNKNOWN_AFTER_LOSS)
    )
