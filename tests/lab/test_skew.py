"""A leader whose clock is ahead: no copy looks fresher for that, and a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Portal, moved_by_patroni, served_where_led
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

AHEAD_SECONDS = 7
DURATION = TypeAdapter(timedelta)
_SKEWED = """
cd /usr/lib/postgresql/15/bin && mv postgres postgres.true && cat >postgres <<'END' &&
#!/bin/sh
export LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME=+{seconds}
export FAKETIME_DISABLE_SHM=1 FAKETIME_DONT_FAKE_MONOTONIC=1
exec /usr/lib/postgresql/15/bin/postgres.true "$@"
END
chmod 755 postgres && systemctl restart patroni-{database}.service
"""
"""PostgreSQL alone: a container has no clock of its own"""
_TRUE = """
cd /usr/lib/postgresql/15/bin && mv postgres.true postgres &&
systemctl restart patroni-{database}.service
"""


def test_copies_of_a_leader_whose_clock_is_ahead_are_not_called_fresh(lab: Terminal) -> None:
    portal = Portal.declared(lab)
    leader = served_where_led(lab, portal).leader
    database = lab.done("status", "--wait", "--json", bound_seconds=300).value["databases"][0]
    name = database["name"]
    (fast,) = (m["host"] for m in database["members"] if m["role"] == "synchronous")

    with _skewed(lab, fast, name):
        _in_step(lab, fast)
        moved_by_patroni(lab, name, leader, fast)
        seen = wait_until(CLOCK, lambda: _early(lab), what="a mark ahead of now", bound=SLOW)
        wait_until(CLOCK, lambda: _called(lab), what="MarkAhead", bound=SLOW)
        _in_step(lab, leader)
        moved_by_patroni(lab, name, fast, leader)

    copies = [m for m in seen["databases"][0]["members"] if m["early"] is not None]
    assert copies
    for copy in copies:
        assert DURATION.validate_python(copy["early"]) < timedelta(seconds=AHEAD_SECONDS)
        assert copy["age"] is None
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


@contextmanager
def _skewed(lab: Terminal, host: str, database: str) -> Iterator[None]:
    """Let PostgreSQL on ``host`` have a clock that is ahead, until the block ends."""
    words = {"database": database, "seconds": AHEAD_SECONDS}
    done = lab.on(host, "sh", "-c", _SKEWED.format(**words), bound_seconds=120)
    assert done.code == 0, done.stderr
    try:
        yield
    finally:
        assert lab.on(host, "sh", "-c", _TRUE.format(**words), bound_seconds=120).code == 0


def _in_step(lab: Terminal, host: str) -> None:
    """Wait until commits wait for ``host`` again."""

    def is_synchronous() -> bool:
        members = lab.ndc("status", "--json").value["databases"][0]["members"]
        return any(m["host"] == host and m["role"] == "synchronous" for m in members)

    wait_until(CLOCK, is_synchronous, what=f"{host} in step", bound=SLOW)


def _early(lab: Terminal) -> dict[str, Any] | None:
    """Return a status that tells a person of a mark ahead of now."""
    status: dict[str, Any] = lab.ndc("status", "--json").value
    sentences = [concern["sentence"] for concern in status["concerns"]]
    return status if any("so its age is not known" in one for one in sentences) else None


def _called(lab: Terminal) -> bool:
    alarms = (lab.ndc("status", "alerts", "--json").value["alarms"] or {}).get("alarms", [])
    return "MarkAhead" in str(alarms)
