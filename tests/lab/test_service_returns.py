"""A host that lost its power serves again by itself: nobody types a command but its power."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.recovery import seen_by_others
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab


def test_the_portal_returns_with_the_only_host_that_serves_it(lab: Terminal) -> None:
    before = _service(lab.done("status", "--wait", "--json", bound_seconds=300).value)
    host = _serving(lab, before)

    lab.done("lab", "kill", host)
    try:
        off = lab.ndc("status", "--wait", "--json", bound_seconds=300)
        seen = seen_by_others(lab, host)
    finally:
        lab.done("lab", "start", host)
    after = _service(lab.done("status", "--wait", "--json", bound_seconds=300).value)

    assert off.code == 1
    assert len(seen) >= 2
    assert not any(seen.values())
    assert all(seen_by_others(lab, host).values())
    causes = {
        found["because"] for found in off.value["concerns"] if found["subject"] == before["name"]
    }
    assert causes == {host}
    assert (after["answers_from"], after["epoch"]) == (before["active"], before["epoch"])


def _service(status: dict[str, Any]) -> dict[str, Any]:
    service: dict[str, Any] = status["services"][0]
    return service


def _serving(lab: Terminal, service: dict[str, Any]) -> str:
    """Return the one host at the active site that may serve ``service``."""
    hosts = lab.done("show", "hosts", "--json").value
    there = {host["host"] for host in hosts if host["site"] == service["active"]}
    (serving,) = there & set(service["hosts"])
    return str(serving)
