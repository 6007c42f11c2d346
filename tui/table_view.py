"""The table below the map: what is wrong first, then what protects and serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from monitors.health.away import home_words
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, of_subject
from monitors.health.sighting import Sighting
from monitors.health.snapshot import DatabaseView, ServiceView, Snapshot
from tui.run_words import condition_of, how_far, how_long, open_runs
from tui.words import NOTHING, amount, duration, led_by, protection

COLUMNS = ("what", "", "how it is", "seen")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``key`` stays the same from snapshot to snapshot."""

    key: str
    what: str
    condition: Condition
    detail: str
    last_seen: str


def table_rows(snapshot: Snapshot) -> tuple[Row, ...]:
    """Return the rows for ``snapshot``, each key once."""
    rows = chain(
        _runs(snapshot),
        _concerns(snapshot),
        _quorum(snapshot),
        chain.from_iterable(_database(database, snapshot) for database in snapshot.databases),
        chain.from_iterable(_service(service, snapshot) for service in snapshot.services),
        _hosts(snapshot),
    )
    return tuple(rows)


def _concerns(snapshot: Snapshot) -> Iterator[Row]:
    for place, concern in enumerate(concerns(snapshot)):
        because = "" if concern.because in {None, concern.subject} else f" ({concern.because})"
        yield Row(
            f"concern/{place}",
            concern.subject,
            concern.condition,
            f"{concern.sentence}{because}",
            "",
        )


def run_rows(snapshot: Snapshot) -> tuple[Row, ...]:
    """Return a row a step of every run that is not over."""
    return tuple(
        Row(
            f"step/{run.name}/{step.name}",
            step.name,
            condition_of(step, run),
            f"{step.phase:<13} {how_long(step)}",
            "",
        )
        for run in open_runs(snapshot)
        for step in run.steps
    )


def _runs(snapshot: Snapshot) -> Iterator[Row]:
    for run in open_runs(snapshot):
        yield Row(f"run/{run.name}", "run", Condition.WARNING, how_far(run), "")


def _quorum(snapshot: Snapshot) -> Iterator[Row]:
    quorum = snapshot.quorum
    if quorum is None:
        return
    spare = "no majority" if quorum.tolerates is None else f"tolerates {quorum.tolerates}"
    yield Row(
        "quorum",
        "quorum",
        of_subject(concerns(snapshot), "quorum"),
        f"{quorum.healthy}/{len(quorum.voters)} voters, {spare}",
        "",
    )


def _database(database: DatabaseView, snapshot: Snapshot) -> Iterator[Row]:
    yield Row(
        f"database/{database.name}",
        database.name,
        of_subject(concerns(snapshot), database.name),
        f"led by {led_by(database, snapshot)}, {protection(database, snapshot)}",
        _age(database.sighting, snapshot),
    )
    for member in database.members:
        yield Row(
            f"member/{database.name}/{member.host}",
            f"  {member.host}",
            Condition.OK if member.sighting.current else Condition.UNSEEN,
            f"{member.role or 'unknown'} {member.state or ''}"
            + (f", lag {amount(member.lag_bytes)}" if member.lag_bytes is not None else ""),
            _age(member.sighting, snapshot),
        )


def _service(service: ServiceView, snapshot: Snapshot) -> Iterator[Row]:
    epoch = "" if service.epoch is None else f", epoch {service.epoch}"
    answers = {True: "answers", False: "does not answer", None: "not probed"}[service.answers]
    if service.answers is False and service.refused:
        answers = "refuses"
    yield Row(
        f"service/{service.name}",
        service.name,
        of_subject(concerns(snapshot), service.name),
        f"at {service.active or 'unknown'}{epoch}, {answers}",
        _age(service.sighting, snapshot),
    )
    if service.away:
        detail = home_words(service.away, service.name)
        yield Row(f"away/{service.name}", "  away from home", Condition.OK, detail, "")


def _hosts(snapshot: Snapshot) -> Iterator[Row]:
    for host in snapshot.hosts:
        up_for = duration(snapshot.taken_at - host.booted_at) if host.booted_at else NOTHING
        yield Row(
            f"host/{host.name}",
            host.name,
            of_subject(concerns(snapshot), host.name),
            f"{host.power or 'power unknown'}, up for {up_for}",
            _age(host.sighting, snapshot),
        )


def _age(sighting: Sighting, snapshot: Snapshot) -> str:
    """Return how old the last sight is, marked where it is not of now."""
    age = sighting.age(snapshot.taken_at)
    text = "never" if age is None else duration(age)
    return text if sighting.current else f"? {text}"
