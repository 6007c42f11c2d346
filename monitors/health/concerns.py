"""What is not as it should be in a snapshot, and what explains it.

A cut link makes sessions fall; a host that is off takes its voter with it. Such
followers name their cause, so that a person reads the cause first, and so that
waiting for what can mend itself does not wait for what a person must mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import chain

from core.text import round_trip
from inventory.names import HostName
from monitors.health.alarms import of_alarms
from monitors.health.apart import of_apart
from monitors.health.certificates import of_certificate
from monitors.health.clocks import of_clock
from monitors.health.concern import Concern, Condition
from monitors.health.copies import of_age, of_connections, of_logs
from monitors.health.drills import of_drill
from monitors.health.excluded import of_excluded, of_retired
from monitors.health.fencing import of_fencing
from monitors.health.links import LinkView, SessionView
from monitors.health.programs import of_agent, of_file_systems, of_units
from monitors.health.protection import of_protection
from monitors.health.runs import of_run
from monitors.health.services import of_service
from monitors.health.snapshot import (
    DatabaseView,
    HostView,
    MemberRole,
    QuorumView,
    Snapshot,
)
from monitors.health.stores import of_pool, of_store
from monitors.health.watch import of_watch
from stacks.substrates.port import LinkState, Power


class Health(StrEnum):
    """What a snapshot comes down to."""

    GREEN = "green"
    DEGRADED = "degraded"
    """something is known to be wrong"""
    UNSEEN = "unseen"
    """nothing is known to be wrong, and something could not be seen"""

    @property
    def exit_code(self) -> int:
        """Return what ``ndc status`` exits with."""
        return {Health.GREEN: 0, Health.DEGRADED: 1, Health.UNSEEN: 6}[self]


def health_of(snapshot: Snapshot) -> Health:
    """Return what ``snapshot`` comes down to; known trouble outweighs what was not seen."""
    conditions = {concern.condition for concern in concerns(snapshot)}
    if conditions & {Condition.WARNING, Condition.CRITICAL}:
        return Health.DEGRADED
    return Health.UNSEEN if conditions else Health.GREEN


def is_settled(snapshot: Snapshot) -> bool:
    """Whether waiting is over: nothing is wrong that may still come right without a person."""
    return not any(concern.is_unexplained for concern in concerns(snapshot))


def concerns(snapshot: Snapshot) -> tuple[Concern, ...]:
    """Return everything that is not as it should be, worst first."""
    unsorted = chain(
        chain.from_iterable(map(_of_host, snapshot.hosts)),
        chain.from_iterable(map(of_excluded, snapshot.hosts)),
        chain.from_iterable(_of_programs(host, snapshot) for host in snapshot.hosts),
        chain.from_iterable(_of_link(link, snapshot) for link in snapshot.links),
        _of_sessions(snapshot),
        _of_quorum(snapshot.quorum, snapshot),
        of_retired(snapshot.quorum),
        chain.from_iterable(_of_database(d, snapshot) for d in snapshot.databases),
        chain.from_iterable(of_service(s, snapshot) for s in snapshot.services),
        chain.from_iterable(of_store(s, snapshot.powerless()) for s in snapshot.stores),
        chain.from_iterable(map(of_pool, snapshot.pools)),
        map(of_run, snapshot.runs),
        map(of_drill, [snapshot.drill] if snapshot.drill else []),
        of_watch(snapshot.watch, snapshot.powerless()),
        of_alarms(snapshot.alarms, snapshot.powerless()),
        of_fencing(snapshot.unfenced, len(snapshot.hosts), snapshot.watch),
        chain.from_iterable(of_certificate(c, snapshot.taken_at) for c in snapshot.certificates),
    )
    order = (Condition.CRITICAL, Condition.WARNING, Condition.UNSEEN)
    return tuple(sorted(unsorted, key=lambda concern: order.index(concern.condition)))


def left_to_do(snapshot: Snapshot) -> tuple[Concern, ...]:
    """Return the concerns that somebody can still do something about, worst first."""
    return tuple(concern for concern in concerns(snapshot) if not concern.is_past)


def of_subject(concerns: tuple[Concern, ...], subject: str) -> Condition:
    """Return the worst condition that ``concerns`` gives ``subject``; OK if none."""
    return next((c.condition for c in concerns if c.subject == subject), Condition.OK)


def _of_host(host: HostView) -> Iterator[Concern]:
    match host:
        case HostView(power=Power.OFF | Power.FROZEN | Power.HALF_MADE as power):
            yield Concern(host.name, Condition.CRITICAL, f"is {power}", host.name)
        case HostView(power=Power.ADRIFT):
            sentence = f"is adrift: its supervisor is gone; next: ndc lab start {host.name}"
            yield Concern(host.name, Condition.CRITICAL, sentence, host.name)
        case HostView(answers=False):
            yield Concern(host.name, Condition.CRITICAL, "refuses SSH")
        case HostView(answers=None):
            yield Concern(host.name, Condition.UNSEEN, "does not answer on the management network")
        case _:
            pass


def _of_programs(host: HostView, snapshot: Snapshot) -> Iterator[Concern]:
    if host.name not in snapshot.powerless():
        retired = snapshot.quorum is not None and host.name in snapshot.quorum.retired
        yield from of_units(host.name, host.idle_units, retired=retired)
        yield from of_file_systems(host.name, host.file_systems)
        yield from of_agent(host.name, host.agent)
        if host.idle_units == ():  # what does not run is told of, and the rest follows from it
            yield from of_clock(host.name, host.clock)


def _of_link(link: LinkView, snapshot: Snapshot) -> Iterator[Concern]:
    dead = snapshot.first_powerless(link.a_host, link.z_host)
    if link.is_avoided and (link.state is None or link.state.carries):
        done_to_it = link.name if link.state in {LinkState.SLOW, LinkState.LOSSY} else None
        yield Concern(link.name, Condition.WARNING, _avoided(link), done_to_it)
    else:
        yield from _of_state(link, dead)


def _of_state(link: LinkView, dead: str | None) -> Iterator[Concern]:
    match link.state:
        case LinkState.CUT | LinkState.SILENT as state:
            yield Concern(link.name, Condition.CRITICAL, f"is {state}", link.name)
        case LinkState.SLOW:
            yield Concern(link.name, Condition.WARNING, "is slower than declared", link.name)
        case LinkState.LOSSY:
            yield Concern(link.name, Condition.WARNING, f"loses packets{_ways(link)}", link.name)
        case LinkState.DOWN:
            yield Concern(link.name, Condition.CRITICAL, f"carries nothing{_ways(link)}", dead)
        case LinkState.UP if link.loss_ratio:
            sentence = f"loses {link.loss_ratio:.0%}{_ways(link)}"
            yield Concern(link.name, Condition.WARNING, sentence, dead)
        case None:
            yield Concern(link.name, Condition.UNSEEN, "was not seen by anyone", dead)
        case LinkState.UP:
            pass


def _ways(link: LinkView) -> str:
    """Return the ways that lose anything, to stand behind what is said of ``link``."""
    ways = [
        f"{loss:.0%} from {source} to {link.z if source == link.a else link.a}"
        for source, loss in link.one_way_loss.items()
        if loss
    ]
    return f"; lost in the last minute: {', '.join(ways)}" if ways else ""


def _avoided(link: LinkView) -> str:
    measured = link.measured_round_trip
    figures = [
        f"{round_trip(measured)}, declared {round_trip(link.declared_round_trip)}"
        if measured is not None
        else "",
        f"loses {link.loss_ratio:.0%}{_ways(link)}" if link.loss_ratio else "",
    ]
    return f"is avoided until it is well ({', '.join(filter(None, figures)) or 'not measured'})"


def _of_sessions(snapshot: Snapshot) -> Iterator[Concern]:
    """Yield one concern for all sessions of a host that fail alike, for the same reason."""
    dead = snapshot.powerless()
    broken = {link.name for link in snapshot.links if link.state and not link.state.carries}
    alike: dict[tuple[str, Condition, str | None], list[SessionView]] = {}
    for session in snapshot.sessions:
        if session.up is True or session.host in dead:
            continue
        cause = snapshot.first_powerless(session.peer) or (
            session.link if session.link in broken else None
        )
        condition = Condition.WARNING
        if session.up is None:
            condition = Condition.UNSEEN
            cause = cause or snapshot.first_powerless(session.observer)
        alike.setdefault((session.host, condition, cause), []).append(session)
    for (host, condition, cause), sessions in alike.items():
        peers = ", ".join(dict.fromkeys(session.peer for session in sessions))
        kinds = " and ".join(dict.fromkeys(session.protocol.upper() for session in sessions))
        what = "is down" if condition is Condition.WARNING else "was not seen"
        yield Concern(host, condition, f"{kinds} with {peers} {what}", cause)


def _of_quorum(quorum: QuorumView | None, snapshot: Snapshot) -> Iterator[Concern]:
    if quorum is None:
        return
    dead = snapshot.powerless()
    for voter in quorum.voters:
        cause = voter.host if voter.host in dead else None
        if voter.healthy is False or (voter.healthy is None and cause):
            sentence = f"voter {voter.host} is out"
            if not cause:
                sentence += f"; where its data is lost, next: ndc dr replace-voter {voter.host}"
            yield Concern("quorum", Condition.WARNING, sentence, cause)
        elif voter.healthy is None:
            yield Concern("quorum", Condition.UNSEEN, f"voter {voter.host} was not seen")
    if quorum.no_space:
        # every record can still be read, and no run, no leader and no placement be written
        sentence = "takes no writes: NOSPACE, etcd's database is full; next: ndc dr make-room"
        yield Concern("quorum", Condition.CRITICAL, sentence, "quorum")
    if quorum.tolerates is None and any(voter.healthy is False for voter in quorum.voters):
        yield Concern("quorum", Condition.CRITICAL, "no majority of voters is seen")


def _of_database(database: DatabaseView, snapshot: Snapshot) -> Iterator[Concern]:
    dead, full = snapshot.powerless(), snapshot.full()
    if not database.sighting.current:
        yield Concern(database.name, Condition.UNSEEN, "no member answers")
        return
    yield from _of_orders(database)
    yield from of_connections(database, dead)
    yield from of_apart(database)
    # nobody but a person brings back who is off, has no room, or stays apart
    out = dead | full | {m.host for m in database.members if m.apart or m.disk}
    if database.leader is None or database.leader in dead:
        yield _leaderless(database)
    else:
        for member in database.members:
            yield from of_age(database, member, dead, out)
        yield from of_logs(database, database.leader, dead, full)
    yield from of_protection(database, out)
    yield from _of_members(database, dead, out)


def _leaderless(database: DatabaseView) -> Concern:
    if database.contradicted:
        sentence = "its members do not tell the same leader"
        return Concern(database.name, Condition.UNSEEN, sentence)
    paused = database.name if database.paused else None
    return Concern(database.name, Condition.CRITICAL, "has no leader", paused)


def _of_members(
    database: DatabaseView, dead: frozenset[HostName], out: frozenset[HostName]
) -> Iterator[Concern]:
    for member in database.members:
        cause = member.host if member.host in out else None
        if member.host in dead or (
            member.sighting.current and not _works(member.role, member.state)
        ):
            state = "gone" if member.host in dead else member.state or "stopped"
            sentence = f"member {member.host} is {state}"
            yield Concern(database.name, Condition.WARNING, sentence, cause)
        elif not member.sighting.current:
            sentence = f"member {member.host} was not seen"
            yield Concern(database.name, Condition.UNSEEN, sentence)


def _of_orders(database: DatabaseView) -> Iterator[Concern]:
    """Yield what Patroni was told to do; it stays so until a person says otherwise."""
    name = database.name
    if database.paused:
        sentence = "automatic failover is off: Patroni is paused"
        yield Concern(name, Condition.WARNING, sentence, name)
    if database.scheduled is not None:
        to, at = database.scheduled.to or "any member", database.scheduled.at
        sentence = f"Patroni will switch to {to} at {at:%Y-%m-%d %H:%M:%S%z}, by no plan"
        yield Concern(name, Condition.WARNING, sentence, name)


def _works(role: MemberRole | None, state: str | None) -> bool:
    return state == ("running" if role is MemberRole.LEADER else "streaming")
