"""A host that serves loses its power: controllers say what they would do, and it serves again.

The lever is pulled, so nobody moves what it served, and nobody types a command but its power.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, held, portal_in, seen_by_others
from tests.lab.terminal import Answer, Terminal

pytestmark = pytest.mark.lab

BOUND = timedelta(seconds=90)
"""only detects a hang"""


@dataclass(frozen=True, slots=True)
class _Death:
    """What was seen before, while and after the only host that serves had no power."""

    host: str
    sites: dict[str, str]
    """of every host, where it is"""
    before: dict[str, Any]
    """the service, before"""
    dead: dict[str, Any]
    """what controllers say of the host"""
    told: Answer
    """``status`` in words, while it was dead"""
    off: dict[str, Any]
    """``status``, while it was dead"""
    seen: dict[str, bool]
    """by whom it was, while it was dead"""
    settled: Answer
    """``status`` in words, when all of it was well again"""
    after: dict[str, Any]
    """the service, when all of it was well again"""


@pytest.fixture(scope="module")
def death(lab: Terminal) -> _Death:
    """Return how the host that serves died under the lever and came back."""
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value
    before = portal_in(status)
    sites = {one["name"]: one["site"] for one in status["hosts"]}
    (host,) = (one for one in before["hosts"] if sites[one] == before["active"])
    with held(lab):
        began = CLOCK.now()
        lab.done("lab", "kill", host)
        try:
            dead = wait_until(
                CLOCK, lambda: _suspect(lab, host, "dead"), what="a death", bound=BOUND
            )
            after = CLOCK.now() - began
            told, off = lab.ndc("status"), lab.ndc("status", "--json").value
            seen = seen_by_others(lab, host)
        finally:
            lab.done("lab", "start", host, bound_seconds=180)
    wait_until(CLOCK, lambda: _suspect(lab, host, None), what="a sign of life", bound=BOUND)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    print(f"{host} was dead after {after.total_seconds():.1f} s, by {dead['by']}")  # noqa: T201 - a figure
    return _Death(host, sites, before, dead, told, off, seen, settled, _service(lab))


def test_controllers_say_who_is_dead_and_what_they_would_do_and_move_nothing(
    death: _Death,
) -> None:
    said = death.told.stdout

    assert {death.sites[by] for by in death.dead["by"]} - {death.sites[death.host]}
    assert death.dead["powerless"]
    assert f"{death.host} dead since" in said
    assert f"{death.before['name']}: would be moved" in said
    assert "the lever is pulled" in said
    assert "lever: nothing starts by itself, held by" in said
    assert f"dr failover --lost {death.host}" in said
    assert portal_in(death.off)["active"] == death.before["active"]
    assert death.settled.code == 0, death.settled.stdout
    assert "nobody holds it" in death.settled.stdout


def test_a_host_without_power_is_what_explains_its_service_and_no_observer_sees_it(
    death: _Death,
) -> None:
    name = death.before["name"]

    causes = {one["because"] for one in death.off["concerns"] if one["subject"] == name}

    assert death.told.code == 1
    assert causes == {death.host}
    assert len(death.seen) >= 2
    assert not any(death.seen.values())


def test_the_portal_returns_with_the_only_host_that_serves_it(lab: Terminal, death: _Death) -> None:
    before, after = death.before, death.after

    assert all(seen_by_others(lab, death.host).values())
    assert (after["answers_from"], after["epoch"]) == (before["active"], before["epoch"])


def _service(lab: Terminal) -> dict[str, Any]:
    return portal_in(lab.ndc("status", "--json").value)


def _suspect(lab: Terminal, host: str, pulse: str | None) -> dict[str, Any] | None:
    """Return what the controllers say of ``host`` where that is ``pulse``; None: of nobody."""
    judgement = (lab.ndc("status", "--json").value["watch"] or {}).get("judgement")
    if judgement is None:
        return None
    of_it = next((one for one in judgement["suspects"] if one["host"] == host), None)
    if pulse is None:
        return judgement if of_it is None else None
    return of_it if of_it and of_it["pulse"] == pulse else None
