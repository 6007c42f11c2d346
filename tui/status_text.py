"""A snapshot as plain text: what ``ndc status`` prints, and a screen reader can read."""

from __future__ import annotations

from collections.abc import Sequence

from core.text import table
from monitors.health.alarms import alarms_line
from monitors.health.away import home_words, since_words
from monitors.health.concern import Concern, Condition
from monitors.health.concerns import Health, concerns, health_of, of_subject
from monitors.health.links import SessionView
from monitors.health.snapshot import (
    DatabaseView,
    HostView,
    QuorumView,
    ServiceView,
    Snapshot,
)
from monitors.health.watch import WatchView, watch_line
from tui.links_view import links_lines
from tui.picture import plain
from tui.replication_view import database_line
from tui.run_words import how_far, open_runs
from tui.topic_view import topic_lines
from tui.topics import StatusTopic
from tui.words import (
    NOTHING,
    amount,
    duration,
    last_sight,
    marked,
)

_FIRST_LINE = {
    Health.GREEN: "all green",
    Health.DEGRADED: "DEGRADED",
    Health.UNSEEN: "NOT ALL SEEN",
}


def status_text(snapshot: Snapshot) -> str:
    """Return the whole snapshot as text, worst news first, without a final newline."""
    all_concerns = concerns(snapshot)
    parts = (
        _head(snapshot),
        [f"run {run.name}  {how_far(run)}" for run in open_runs(snapshot)],
        _concerns(all_concerns),
        _sites(snapshot, all_concerns),
        _hosts(snapshot, all_concerns),
        plain(links_lines(snapshot)).splitlines(),
        [
            *_quorum(snapshot.quorum),
            *_watch(snapshot.watch),
            f"alarms  {alarms_line(snapshot.alarms)}",
        ],
        _databases(snapshot),
        _services(snapshot, all_concerns),
        _stores(snapshot, all_concerns),
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def topic_text(snapshot: Snapshot, topic: StatusTopic) -> str:
    """Return what the snapshot tells of ``topic``, without a final newline."""
    return plain(topic_lines(snapshot, topic))


def _head(snapshot: Snapshot) -> list[str]:
    what = _FIRST_LINE[health_of(snapshot)]
    when = f"{snapshot.taken_at:%Y-%m-%d %H:%M:%SZ}"
    return [f"{snapshot.environment} ({snapshot.profile})  {when}  {what}"]


def _concerns(all_concerns: Sequence[Concern]) -> list[str]:
    return [
        f"{marked(concern.condition):<8}{concern.subject}: {concern.sentence}"
        + (f"  ({concern.because})" if concern.because not in {None, concern.subject} else "")
        for concern in all_concerns
    ]


def _sites(snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> list[str]:
    rows = [
        (
            site.name,
            site.title,
            site.region,
            _share(snapshot.hosts_at(site.name), all_concerns),
            _sessions(snapshot, [h.name for h in snapshot.hosts_at(site.name)]),
        )
        for site in snapshot.sites
    ]
    return table(("site", "title", "region", "hosts", "bgp"), rows)


def _share(hosts: Sequence[HostView], all_concerns: tuple[Concern, ...]) -> str:
    up = sum(
        of_subject(all_concerns, host.name) in {Condition.OK, Condition.WARNING} for host in hosts
    )
    return f"{up} of {len(hosts)}"


def _sessions(snapshot: Snapshot, hosts: Sequence[str]) -> str:
    here = [s for s in snapshot.sessions if s.host in hosts and s.protocol == "bgp"]
    return f"{_up(here)} of {len(here)}" if here else NOTHING


def _up(sessions: Sequence[SessionView]) -> int:
    return sum(session.up is True for session in sessions)


def _hosts(snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> list[str]:
    now = snapshot.taken_at
    rows = [
        (
            host.name,
            marked(of_subject(all_concerns, host.name)),
            host.power or NOTHING,
            {True: "answers", False: "refuses", None: "unknown"}[host.answers],
            duration(now - host.booted_at) if host.booted_at else NOTHING,
            last_sight(host.sighting, now),
        )
        for host in snapshot.hosts
    ]
    return table(("host", "", "power", "ssh", "up for", "seen"), rows)


def _quorum(quorum: QuorumView | None) -> list[str]:
    if quorum is None:
        return []
    spare = quorum.tolerates
    rest = "no majority is seen" if spare is None else f"tolerates the loss of {spare} more of them"
    return [f"quorum  {quorum.healthy} of {len(quorum.voters)} voters are healthy; {rest}"]


def _watch(watch: WatchView | None) -> list[str]:
    if watch is None:
        return []
    lines = [f"controller  {watch_line(watch)}", f"lever  {watch.lever or 'nobody holds it'}"]
    return [*lines, *(f"by itself  {deed}" for deed in watch.deeds)]


def _databases(snapshot: Snapshot) -> list[str]:
    lines: list[str] = []
    for database in snapshot.databases:
        lines.append(database_line(database, snapshot).text)
        lines += [f"  {line}" for line in _members(database, snapshot)]
    return lines


def _members(database: DatabaseView, snapshot: Snapshot) -> list[str]:
    rows = [
        (
            member.host,
            member.site,
            member.role or "unknown",
            member.state or NOTHING,
            amount(member.lag_bytes),
            last_sight(member.sighting, snapshot.taken_at),
        )
        for member in database.members
    ]
    return table(("member", "site", "role", "state", "lag", "seen"), rows)


def _services(snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> list[str]:
    rows = [
        (
            service.name,
            marked(of_subject(all_concerns, service.name)),
            str(service.address),
            service.active or "unknown",
            NOTHING if service.epoch is None else str(service.epoch),
            _word_of_probe(service),
            service.answers_from or NOTHING,
            last_sight(service.sighting, snapshot.taken_at),
        )
        for service in snapshot.services
    ]
    header = ("service", "", "address", "active", "epoch", "answers", "from", "seen")
    return [*table(header, rows), *_away(snapshot)]


def _away(snapshot: Snapshot) -> list[str]:
    return [
        f"away from home  {service.name}, at {service.active}"
        f"{since_words(service.away, service.epoch)}; {home_words(service.away, service.name)}"
        for service in snapshot.services
        if service.away
    ]


def _word_of_probe(service: ServiceView) -> str:
    if service.answers is not None and service.refused:
        return "refuses" if not service.answers else "refuses some"
    return {True: "yes", False: "no", None: "unknown"}[service.answers]


def _stores(snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> list[str]:
    rows = [
        (
            store.name,
            marked(of_subject(all_concerns, store.name)),
            store.source,
            copy.host,
            NOTHING if copy.age is None else duration(copy.age),
            duration(store.recovery_point),
            NOTHING if copy.read_back_age is None else duration(copy.read_back_age),
        )
        for store in snapshot.stores
        for copy in store.copies
    ]
    header = ("store", "", "written at", "copy at", "age", "at most", "compared")
    return table(header, rows)
