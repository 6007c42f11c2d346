"""Copies behind cut links, of sources that are written to and of idle ones; a slot near its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.clock import wait_until
from tests.lab.recovery import CLOCK
from tests.lab.terminal import Terminal
from tests.lab.watching import HANG, Call

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DURATION = TypeAdapter(timedelta)
SLACK = timedelta(seconds=1)
"""what was on its way when the last link was cut"""
LOG = """
import psycopg, yaml
own = yaml.safe_load(open("/etc/patroni/{database}.yml"))["postgresql"]
login = own["authentication"]["superuser"]
with psycopg.connect(
    host="/run/postgresql", port=own["listen"].rpartition(":")[2], dbname="postgres",
    user=login["username"], password=login["password"], autocommit=True,
) as connection:
    for _ in range({segments}):
        connection.execute("select pg_logical_emit_message(false, 'a', 'b')")
        connection.execute("select pg_switch_wal()")
"""
SEGMENTS = 52
"""of 16 MiB: a slot may hold 64, and is called about when 16 are left"""


def test_no_copy_behind_cut_links_looks_fresh_and_what_is_too_old_is_called_about(
    lab: Terminal,
) -> None:
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value
    site = _refuge_of_all(status)
    late = [
        Call("CopyTooOld", f"the copy of {one['name']} at {site}")
        for one in (*status["databases"], *status["stores"])
        # no age tells whether nothing is lost; and nobody waits for hours
        if timedelta() < DURATION.validate_python(one["recovery_point"]) <= timedelta(minutes=1)
    ]
    assert len(late) > 1
    ages: dict[str, list[timedelta | None]] = {}

    with _cut_off(lab, site):
        cut = CLOCK.elapsed()

        def is_called() -> bool:
            since = CLOCK.elapsed() - cut - SLACK
            seen = _ages(lab.ndc("status", "--json").value, site)
            assert all(age is None or age >= since for age in seen.values()), (since, seen)
            for name, age in seen.items():
                ages.setdefault(name, []).append(age)
            return all(call.sounds(lab) for call in late)

        wait_until(CLOCK, is_called, what="a call about each", bound=HANG)
        took = CLOCK.elapsed() - cut
        print(f"cut to the last of {len(late)} pages: {took.total_seconds():.0f} s")  # noqa: T201 - a figure

    # of each copy somebody told, of idle ones too
    assert [name for name, known in ages.items() if not any(known)] == []
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    for call in late:
        call.ended(lab)


def test_a_slot_near_its_end_is_called_about_before_the_copy_is_lost(lab: Terminal) -> None:
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value
    database = status["databases"][0]
    name, leader = database["name"], database["leader"]
    away = next(m["host"] for m in database["members"] if m["role"] == "standby")
    unit = f"patroni-{name}.service"
    near = Call("SlotNearLimit", away.replace("-", "_"))

    lab.on(away, "systemctl", "stop", unit)
    try:
        words = ("/opt/ndc/venv/bin/python", "-c", LOG.format(database=name, segments=SEGMENTS))
        written = lab.on(leader, *words, bound_seconds=300)
        near.awaited(lab)
    finally:
        lab.on(away, "systemctl", "start", unit)

    assert written.code == 0, written.stderr
    # it follows from where it was, and nobody made it anew
    near.ended(lab)
    after = lab.done("status", "--wait", "--json", bound_seconds=300).value["databases"][0]
    assert (after["leader"], after["timeline"]) == (leader, database["timeline"])


def _refuge_of_all(status: dict[str, Any]) -> str:
    """Return a site that has a copy of every store and leads no database."""
    leading = {one["home"] for one in (*status["databases"], *status["stores"])}
    sites = [{copy["site"] for copy in store["copies"]} for store in status["stores"]]
    return str(min(set.intersection(*sites) - leading))


def _ages(status: dict[str, Any], site: str) -> dict[str, timedelta | None]:
    """Return how old each copy at ``site`` is; None: nobody can tell."""
    copies = [
        (one["name"], copy)
        for one in (*status["databases"], *status["stores"])
        for copy in one.get("members", one.get("copies"))
    ]
    return {
        f"{name} on {copy['host']}": copy["age"] and DURATION.validate_python(copy["age"])
        for name, copy in copies
        if copy["site"] == site
    }


@contextmanager
def _cut_off(lab: Terminal, site: str) -> Iterator[None]:
    """Cut every link of ``site``, until the block ends."""
    site_of = {row["host"]: row["site"] for row in lab.declared("hosts")}
    rows = lab.declared("links")
    links = [r["link"] for r in rows if site in {site_of[r["from"]], site_of[r["to"]]}]
    try:
        for link in links:
            lab.done("lab", "cut", link)
        yield
    finally:
        for link in links:
            lab.done("lab", "heal", link)
