"""A leader that stood still longer than its lease: nobody writes beside its successor."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

import pytest

from core.clock import wait_until
from tests.lab.local_writer import LocalWriter, apart, settled
from tests.lab.recovery import CLOCK, SLOW, Standing
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

_AT_ONCE: Final = timedelta(seconds=0.5)
"""in which what was frozen is ended; on two cores, where all thaw at once"""
_LEASE: Final = timedelta(seconds=20)
_LOOKS: Final = timedelta(seconds=1)
"""between two looks at a lease, and what ending a server takes"""


def test_a_leader_that_thaws_after_its_lease_writes_no_more_and_what_only_it_has_is_kept(
    lab: Terminal,
) -> None:
    before, database = _led(lab)
    writer = LocalWriter(lab, before.leader, database)
    writer.begin()
    # what is acknowledged from here on reaches no standby
    senders = f"postgres: {database}: walsender"
    assert lab.on(before.leader, "pkill", "-STOP", "-f", senders).code == 0
    CLOCK.sleep(timedelta(seconds=1))

    lab.done("lab", "freeze", before.leader)
    try:
        leader = wait_until(
            CLOCK, lambda: _leader_but(lab, before.leader), what="another leader", bound=SLOW
        )
        thawed = CLOCK.elapsed()
    finally:
        lab.done("lab", "thaw", before.leader)
    told = wait_until(
        CLOCK, lambda: _told(lab, before.leader, database), what="a word of it", bound=SLOW
    )
    reseeded = lab.ndc("dr", "reseed", database, before.leader, bound_seconds=300)
    ended = settled(lab)

    acknowledged, there = writer.acknowledged(), writer.rows_at(leader)
    kept = lab.on(before.leader, "sh", "-c", f"cat /var/lib/postgresql/kept/{database}/*/*.txt")
    shown = lab.done("dr", "kept", database).stdout
    listed = _listed(lab, before.leader, database)
    # the host went on at some moment of the command to thaw it: count from its own first sign
    late = [at for at in acknowledged.values() if at > thawed]
    beside = max(late) - min(late) if late else timedelta()
    lost = acknowledged.keys() - there
    print(f"{len(lost)} lost; {len(late)} within {beside} of the thaw; told: {told}")  # noqa: T201 - figures
    assert beside < _AT_ONCE
    assert lost
    assert int(told.split(" has ")[1].split()[0]) >= len(lost)
    assert kept.stdout.count("desc: COMMIT") >= len(lost)
    assert listed >= lost, shown
    assert "rows are known of" in shown
    assert "inserted postgres.public.two_writers number=" in shown
    assert reseeded.code == 0, reseeded.stderr
    assert ended.code == 0, ended.stdout


@pytest.mark.campaign
def test_a_leader_whose_patroni_alone_stands_still_writes_no_more_when_its_lease_ends(
    lab: Terminal,
) -> None:
    before, database = _led(lab)
    writer = LocalWriter(lab, before.leader, database)
    writer.begin()
    CLOCK.sleep(timedelta(seconds=1))

    stood_still = CLOCK.elapsed()
    _signal(lab, before.leader, database, "STOP")
    try:
        leader = wait_until(
            CLOCK, lambda: _leader_but(lab, before.leader), what="another leader", bound=SLOW
        )
        running = lab.on(before.leader, "pgrep", "-f", f"^postgres: {database}")
    finally:
        _signal(lab, before.leader, database, "CONT")
    ended = settled(lab)

    acknowledged = writer.acknowledged()
    last = max(acknowledged.values()) - stood_still
    print(f"{leader} leads; {before.leader} wrote for {last.total_seconds():.1f} s")  # noqa: T201 - figures
    assert timedelta() < last < _LEASE + _LOOKS
    assert running.stdout == ""
    assert ended.code == 0, ended.stdout


def _led(lab: Terminal) -> tuple[Standing, str]:
    """Return how things stand once all is green, and the first database."""
    status = lab.ndc("status", "--wait", "--json", bound_seconds=300)
    assert status.code == 0, status.stdout
    return Standing.seen(lab), str(status.value["databases"][0]["name"])


def _signal(lab: Terminal, host: str, database: str, signal: str) -> None:
    words = ("systemctl", "kill", "--kill-who=main", f"--signal={signal}", f"patroni-{database}")
    sent = lab.on(host, *words)
    assert sent.code == 0, sent.stderr


def _listed(lab: Terminal, host: str, database: str) -> set[int]:
    """Return which rows of the writer's are listed of what only ``host`` has."""
    rows = lab.on(host, "sh", "-c", f"cat /var/lib/postgresql/kept/{database}/*/rows.jsonl")
    lines = [json.loads(line) for line in rows.stdout.splitlines()]
    tables = [line for line in lines if str(line["table"]).endswith("two_writers")]
    return {int(line["key"]["number"]) for line in tables if line["key"]}


def _told(lab: Terminal, host: str, database: str) -> str | None:
    """Return what a person reads of what only ``host`` has of ``database``, once it is told."""
    return apart(lab.ndc("status", "--json").value).get((host, database))


def _leader_but(lab: Terminal, other: str) -> str | None:
    leader: str | None = lab.ndc("status", "--json").value["databases"][0]["leader"]
    return leader if leader != other else None
