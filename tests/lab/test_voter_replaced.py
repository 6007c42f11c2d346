"""A voter that lost its data is told, and votes again with one command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

_TOLD = timedelta(seconds=30)


def test_a_voter_that_lost_its_data_votes_again(lab: Terminal) -> None:
    first = lab.done("status", "--wait", "--json", bound_seconds=180).value
    *_, host = (voter["host"] for voter in first["quorum"]["voters"])

    lab.on(host, "systemctl", "stop", "etcd.service")
    lab.on(host, "rm", "-r", "/var/lib/etcd/member")
    lab.on(host, "systemctl", "start", "etcd.service")
    wait_until(
        SystemClock(),
        lambda: any(f"ndc dr replace-voter {host}" in sentence for sentence in _concerns(lab)),
        what="what status says",
        bound=_TOLD,
    )
    done = lab.done("dr", "replace-voter", host)
    again = lab.done("dr", "replace-voter", host)
    green = lab.ndc("status", "--wait", bound_seconds=180)

    assert f"{host}: a voter again" in done.stderr
    assert "nothing is to be done" in again.stderr
    assert green.code == 0, green.stdout
    assert lab.ndc("dr", "replace-voter", "nobody").code == 4
    assert "existing" in lab.on(host, "cat", "/etc/etcd/initial.env").stdout


def _concerns(lab: Terminal) -> list[str]:
    seen: list[dict[str, Any]] = lab.ndc("status", "--json").value["concerns"]
    return [found["sentence"] for found in seen if found["subject"] == "quorum"]
