"""A candidate dies just after its promotion, and its former leader takes the same timeline."""

from __future__ import annotations

import base64

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Portal
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DATABASE = "general-db"
UNIT = f"patroni-{DATABASE}"
PATRONI = ("/opt/ndc/venv/bin/patronictl", "-c", f"/etc/patroni/{DATABASE}.yml")

DIES_WHEN_PROMOTED = f"""
log=/var/lib/postgresql/15/{DATABASE}/pg_wal
histories() {{ ls $log/*.history 2>/dev/null | wc -l; }}
before=$(histories)
while [ "$(histories)" = "$before" ]; do sleep 0.01; done
sleep 0.1
systemctl kill --kill-whom=all --signal=KILL {UNIT}
systemctl stop {UNIT}
"""


def test_two_histories_of_one_timeline_are_told_and_the_copy_is_not_promoted(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value["databases"][0]
    role = {member["role"]: member for member in status["members"]}
    leader, twin = role["leader"]["host"], role["synchronous"]["host"]

    try:
        _promoted_and_killed(lab, leader, twin)
        wait_until(
            CLOCK, lambda: _led_again(lab, leader, status["timeline"]), what="a leader", bound=SLOW
        )
        assert lab.on(twin, "systemctl", "start", UNIT).code == 0
        told = wait_until(CLOCK, lambda: _histories(lab), what="two histories", bound=SLOW)
        refused = lab.ndc("dr", "plan", portal.name, "--to", role["synchronous"]["site"])
    finally:
        mended = lab.ndc("dr", "reseed", DATABASE, twin, bound_seconds=300)

    assert told.startswith(f"{twin} and {leader} have two histories of timeline")
    assert told.endswith(f"next: ndc dr reseed {DATABASE} {twin}")
    assert refused.code == 4
    assert "have two histories" in refused.stdout + refused.stderr
    assert mended.code == 0, mended.stderr
    assert f"{twin} follows {leader}, with a new copy of {DATABASE}" in mended.stdout
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def _promoted_and_killed(lab: Terminal, leader: str, twin: str) -> None:
    script = base64.b64encode(DIES_WHEN_PROMOTED.encode()).decode()
    waits = f"echo {script} | base64 -d >/tmp/dies; nohup sh /tmp/dies >/dev/null 2>&1 </dev/null &"
    assert lab.on(twin, "sh", "-c", waits).code == 0
    names = ("--leader", leader, "--candidate", twin)
    lab.on(leader, *PATRONI, "switchover", DATABASE, *names, "--force")


def _led_again(lab: Terminal, leader: str, timeline: int) -> bool:
    database = lab.ndc("status", "--json").value["databases"][0]
    return bool(database["leader"] == leader and database["timeline"] == timeline + 1)


def _histories(lab: Terminal) -> str | None:
    told = lab.ndc("status", "--json").value["concerns"]
    return next((one["sentence"] for one in told if "two histories" in one["sentence"]), None)
