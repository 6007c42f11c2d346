"""Controllers watch a real network: who is dead, by whom, what they would do under the lever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

BOUND = timedelta(seconds=90)
"""for a hang: a leader's lease of 20 s speaks for its host, and then observers look"""


def test_controllers_say_who_is_dead_and_what_they_would_do_and_move_nothing(
    lab: Terminal,
) -> None:
    before = lab.done("status", "--wait", "--json", bound_seconds=300).value
    service = before["services"][0]
    at = {one["name"]: one["site"] for one in before["hosts"]}
    lost = next(host for host in service["hosts"] if at[host] == service["active"])
    lab.done("dr", "hold", "--reason", "the test of controllers")
    began = CLOCK.now()
    lab.done("lab", "kill", lost)
    try:
        dead = wait_until(CLOCK, lambda: _suspect(lab, lost, "dead"), what="a death", bound=BOUND)
        after = CLOCK.now() - began
        text = lab.ndc("status")
        moved = _service(lab)["active"]
    finally:
        lab.done("lab", "start", lost, bound_seconds=180)
        lab.done("--yes", "dr", "release")
    wait_until(CLOCK, lambda: _suspect(lab, lost, None), what="a sign of life", bound=BOUND)
    settled = lab.ndc("status", "--wait", bound_seconds=300)

    print(f"{lost} was dead after {after.total_seconds():.1f} s, by {dead['by']}")  # noqa: T201 - a figure
    assert len({at[observer] for observer in dead["by"]} - {at[lost]}) >= 2
    assert f"{lost} dead since" in text.stdout
    assert f"{service['name']}: would be moved" in text.stdout
    assert "the lever is pulled" in text.stdout
    assert "lever: nothing starts by itself, held by" in text.stdout
    assert f"dr failover --lost {lost}" in text.stdout
    assert moved == service["active"]
    assert settled.code == 0, settled.stdout
    assert "nobody holds it" in settled.stdout


def _service(lab: Terminal) -> dict[str, Any]:
    service: dict[str, Any] = lab.ndc("status", "--json").value["services"][0]
    return service


def _suspect(lab: Terminal, host: str, pulse: str | None) -> dict[str, Any] | None:
    """Return what the controllers say of ``host`` where that is ``pulse``; None: of nobody."""
    judgement = (lab.ndc("status", "--json").value["watch"] or {}).get("judgement")
    if judgement is None:
        return None
    of_it = next((one for one in judgement["suspects"] if one["host"] == host), None)
    if pulse is None:
        return judgement if of_it is None else None
    return of_it if of_it and of_it["pulse"] == pulse else None
