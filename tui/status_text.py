"""A snapshot as plain text: what ``ndc status`` prints, and a screen reader can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from core.text import table
from monitors.health.alarms import AlarmsView, alarms_line
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
from tui.picture import plain
from tui.replication_view import replication_lines
from tui.run_words import how_far, open_runs
from tui.storage_view import storage_lines
from tui.topics import StatusTopic
from tui.words import (
    NOTHING,
    amount,
    duration,
    last_sight,
    led_by,
    marked,
    protection,
    round_trip,
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
        _links(snapshot, all_concerns),
        [
            *_quorum(snapshot.quorum),
            *_watch(snapshot.watch),
            f"alarms  {alarms_line(snapshot.alarms)}",
        ],
        _databases(snapshot, all_concerns),
        _services(snapshot, all_concerns),
        _stores(snapshot, all_concerns),
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def topic_text(snapshot: Snapshot, topic: StatusTopic) -> str:
    """Return what the snapshot tells of ``topic``, without a final newline."""
    match topic:
        case StatusTopic.REPLICATION:
            leaders = _databases(snapshot, concerns(snapshot), with_members=False)
            lines = [*leaders, "", plain(replication_lines(snapshot))]
        case StatusTopic.STORAGE:
            lines = [plain(storage_lines(snapshot))]
        case StatusTopic.LINKS:
            lines = _links(snapshot, concerns(snapshot))
        case StatusTopic.ALERTS:
            lines = [f"alarms  {alarms_line(snapshot.alarms)}", *_alarms(snapshot.alarms)]
        case _:
            assert_never(topic)
    return "\n".join(lines)


def _alarms(alarms: AlarmsView | None) -> list[str]:
    rows = [
        (
            alarm.name,
            "held back" if alarm.held_back else alarm.severity,
            alarm.site,
            f"{alarm.since:%m-%d %H:%M:%SZ}",
            alarm.summary,
            alarm.runbook,
        )
        for alarm in (alarms.alarms if alarms else ())
    ]
    return table(("alert", "", "site", "since", "what", "page"), rows) if rows else []


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


def _links(snapshot: Snapshot, all_concerns: tuple[Concern, ...]) -> list[str]:
    rows = [
        (
            link.name,
            marked(of_subject(all_concerns, link.name)),
            f"{link.a} - {link.z}",
            round_trip(link.declared_round_trip),
            round_trip(link.measured_round_trip),
            NOTHING if link.loss_ratio is None else f"{link.loss_ratio:.0%}",
            f"{link.state or 'unknown'}{', avoided' if link.is_avoided else ''}",
            last_sight(link.sighting, snapshot.taken_at),
        )
        for link in snapshot.links
    ]
    header = ("link", "", "between", "declared", "measured", "loss", "state", "seen")
    return table(header, rows)


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


def _databases(
    snapshot: Snapshot, all_concerns: tuple[Concern, ...], *, with_members: bool = True
) -> list[str]:
    lines: list[str] = []
    for database in snapshot.databases:
        facts = (
            f"leader {led_by(database, snapshot)}",
            f"timeline {database.timeline or NOTHING}",
            protection(database, snapshot),
        )
        condition = marked(of_subject(all_concerns, database.name))
        lines.append(f"database {database.name}  {condition}  {', '.join(facts)}")
        if with_members:
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
    return table(header, rows)


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
