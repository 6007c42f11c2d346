"""A copy that Patroni shows as streaming and that does not replay; a Patroni that was paused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Portal
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

STARTUP = "[p]ostgres: {database}: startup"
"""the process that replays; the brackets keep the shell that is told so out of it"""

SMALL = 100_000
"""bytes on their way at any moment"""


def test_a_copy_that_does_not_replay_and_a_paused_patroni_are_told_and_refused(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    database = lab.done("status", "--wait", "--json", bound_seconds=300).value["databases"][0]
    role = {member["role"]: member for member in database["members"]}
    target, name = role["synchronous"]["host"], database["name"]
    stop, go_on = (
        ("pkill", signal, "-f", STARTUP.format(database=name)) for signal in ("-STOP", "-CONT")
    )
    patroni = ("/opt/ndc/venv/bin/patronictl", "-c", f"/etc/patroni/{name}.yml")

    with _undone(lab, role["leader"]["host"], (*patroni, "pause"), (*patroni, "resume", "--wait")):
        with _undone(lab, target, stop, go_on):
            seen = wait_until(CLOCK, lambda: _told(lab), what="a concern", bound=SLOW)
            plan = lab.ndc("dr", "plan", portal.name, "--to", role["synchronous"]["site"])
        waited = lab.ndc("status", "--wait")

    sentences = [concern["sentence"] for concern in seen["concerns"]]
    still = f"{target} does not replay what it receives"
    assert any(sentence.startswith(still) for sentence in sentences), sentences
    assert "automatic failover is off: Patroni is paused" in sentences
    (shown,) = (m for m in seen["databases"][0]["members"] if m["host"] == target)
    # what Patroni says meanwhile: it counts what was received, and citizens go on writing
    assert (shown["state"], shown["lag_bytes"] < SMALL) == ("streaming", True)
    assert plan.code == 4, plan.stdout + plan.stderr
    assert still in plan.stdout + plan.stderr
    assert f"Patroni of {name} is paused" in plan.stdout + plan.stderr
    # it does not wait for what a person must mend
    assert (waited.code, "automatic failover is off" in waited.stdout) == (1, True), waited.stdout
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


def _told(lab: Terminal) -> dict[str, Any] | None:
    """Return a status that tells of a copy that stands still."""
    status: dict[str, Any] = lab.ndc("status", "--json").value
    stands = [one for one in status["concerns"] if "does not replay" in one["sentence"]]
    return status if stands else None
