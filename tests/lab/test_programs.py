"""Status names the program that does not run, and the disk that is full."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from tests.lab.recovery import portal_in
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

_TOLD = timedelta(seconds=20)
"""hosts are asked every 5 s"""


def test_a_program_that_was_stopped_explains_why_its_service_does_not_answer(lab: Terminal) -> None:
    service = portal_in(lab.done("status", "--wait", "--json", bound_seconds=120).value)
    host = _serving(lab, service)
    sentence = f"nginx.service does not run; next: ndc ssh {host} -- systemctl start nginx.service"

    lab.on(host, "systemctl", "stop", "nginx.service")
    try:
        # for two seconds after its last acknowledgement the service counts as one that refuses some
        _told(
            lab,
            lambda found: (
                sentence in _sentences(found, host)
                and any(
                    (one["subject"], one["because"]) == (service["name"], host) for one in found
                )
            ),
        )
    finally:
        lab.on(host, "systemctl", "start", "nginx.service")

    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


@pytest.mark.campaign
def test_a_program_that_hangs_is_told_by_the_agent_beside_it(lab: Terminal) -> None:
    service = portal_in(lab.done("status", "--wait", "--json", bound_seconds=120).value)
    host = _serving(lab, service)

    lab.on(host, "systemctl", "kill", "--signal=STOP", "nginx.service")
    try:
        _told(
            lab,
            lambda found: any(
                f"announces {service['name']} and serves nobody" in sentence
                for sentence in _sentences(found, host)
            ),
        )
    finally:
        lab.on(host, "systemctl", "kill", "--signal=CONT", "nginx.service")

    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


@pytest.mark.campaign
def test_a_disk_that_is_full_is_named_with_its_place(lab: Terminal) -> None:
    host = lab.declared("hosts")[0]["host"]
    make = "mkdir -p /srv/small && mount -t tmpfs -o size=20m none /srv/small"

    lab.on(host, "sh", "-c", make)
    lab.on(host, "sh", "-c", "head -c 20M /dev/zero >/srv/small/full")
    try:
        _told(
            lab,
            lambda found: any(
                "the file system at /srv/small is full" in one for one in _sentences(found, host)
            ),
        )
    finally:
        lab.on(host, "umount", "/srv/small")

    # nobody waits for a full disk: it stays so until a person makes room
    _told(lab, lambda found: not _sentences(found, host))
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


def _serving(lab: Terminal, service: dict[str, Any]) -> str:
    """Return the one host at the active site that may serve ``service``."""
    hosts = {host["host"]: host for host in lab.declared("hosts")}
    (host,) = (h for h in service["hosts"] if hosts[h]["site"] == service["active"])
    return str(host)


def _told(lab: Terminal, is_told: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Return the concerns of the first status in which ``is_told``."""
    last: list[dict[str, Any]] = []

    def look() -> bool:
        last[:] = lab.ndc("status", "--json").value["concerns"]
        return is_told(last)

    wait_until(SystemClock(), look, what="what status says", bound=_TOLD)
    return last


def _sentences(concerns: list[dict[str, Any]], subject: str) -> list[str]:
    return [found["sentence"] for found in concerns if found["subject"] == subject]
