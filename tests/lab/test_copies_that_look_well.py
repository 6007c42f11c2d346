"""A copy that Patroni shows as streaming and that does not replay; a Patroni that was paused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Portal, Standing
from tests.lab.terminal import Answer, Terminal

pytestmark = pytest.mark.lab

STARTUP = "[p]ostgres: .*startup"
"""the process that replays; the brackets keep the shell that is told so out of it"""


def test_a_candidate_that_does_not_replay_is_told_and_refused(lab: Terminal) -> None:
    portal, target = Portal.declared(lab), _candidate(lab)

    with _undone(lab, target, ("pkill", "-STOP", "-f", STARTUP), ("pkill", "-CONT", "-f", STARTUP)):
        told = wait_until(
            CLOCK, lambda: _concern(lab, "does not replay"), what="a concern", bound=SLOW
        )
        plan = _planned(lab, portal)
        shown = lab.ndc("status", "--json").value["databases"][0]["members"]

    assert told.startswith(f"{target} does not replay what it receives")
    assert plan.code == 4, plan.stdout + plan.stderr
    assert f"{target} does not replay what it receives" in plan.stdout + plan.stderr
    (member,) = (member for member in shown if member["host"] == target)
    assert (member["state"], member["lag_bytes"]) == ("streaming", 0), "what Patroni says meanwhile"
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    assert settled.code == 0, settled.stdout


def test_nothing_is_moved_while_patroni_is_paused(lab: Terminal) -> None:
    portal, leader = Portal.declared(lab), Standing.seen(lab).leader
    name = lab.ndc("status", "--json").value["databases"][0]["name"]
    patroni = ("/opt/ndc/venv/bin/patronictl", "-c", f"/etc/patroni/{name}.yml")

    with _undone(lab, leader, (*patroni, "pause", "--wait"), (*patroni, "resume", "--wait")):
        waited = lab.ndc("status", "--wait")
        plan = _planned(lab, portal)

    assert waited.code == 1
    assert "automatic failover is off" in waited.stdout
    assert "to come right" not in waited.stderr
    assert plan.code == 4, plan.stdout + plan.stderr
    assert f"Patroni of {name} is paused" in plan.stdout + plan.stderr
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


@contextmanager
def _undone(
    lab: Terminal, host: str, words: tuple[str, ...], back: tuple[str, ...]
) -> Iterator[None]:
    """Do ``words`` on ``host``, and ``back`` whatever happens."""
    done = lab.on(host, *words)
    assert done.code == 0, done.stdout + done.stderr
    try:
        yield
    finally:
        assert lab.on(host, *back).code == 0


def _candidate(lab: Terminal) -> str:
    database = lab.done("status", "--wait", "--json", bound_seconds=300).value["databases"][0]
    (host,) = (one["host"] for one in database["members"] if one["role"] == "synchronous")
    return str(host)


def _concern(lab: Terminal, words: str) -> str | None:
    told = lab.ndc("status", "--json").value["concerns"]
    return next((one["sentence"] for one in told if words in one["sentence"]), None)


def _planned(lab: Terminal, portal: Portal) -> Answer:
    standing = Standing.seen(lab)
    return lab.ndc("dr", "plan", portal.name, "--to", portal.other_than(standing.site))
