"""Every member of a database loses its power, and what it had not synced: no promise is broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.lab.recovery import CLOCK, Portal, Standing, held, noticed
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

WRITING = timedelta(seconds=10)
HOPED = "/var/lib/unsynced"


def test_after_a_power_cut_that_drops_what_was_not_synced_every_acknowledged_write_is_there(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    members = [one["host"] for one in lab.ndc("status", "--json").value["databases"][0]["members"]]
    _on_disks_of_their_own(lab, members)
    before = Standing.seen(lab)
    since = CLOCK.now()
    CLOCK.sleep(WRITING)
    _a_file_that_nobody_synced(lab, members)

    with held(lab):
        lab.done("lab", "kill", "--unsynced", *members)
        lab.done("lab", "start", *members, bound_seconds=300)

    settled = lab.ndc("status", "--wait", bound_seconds=300)
    assert settled.code == 0, settled.stdout
    seen = noticed(lab, portal, since, CLOCK.now())
    waited = seen.gap.length.total_seconds()
    print(f"{seen.acknowledged} promised; citizens waited {waited:.1f} s")  # noqa: T201 - a figure
    assert seen.acknowledged > 0
    assert (seen.lost, seen.not_read_back) == (0, 0), seen
    assert Standing.seen(lab).epoch == before.epoch
    boots = ("journalctl", "--quiet", "--list-boots")
    assert all(len(lab.on(one, *boots).stdout.splitlines()) > 1 for one in members)
    assert [lab.on(one, "test", "-s", HOPED).code for one in members] == [1] * len(members)


def _on_disks_of_their_own(lab: Terminal, hosts: list[str]) -> None:
    refused = lab.ndc("lab", "kill", "--unsynced", *hosts)
    assert "--own-disk" in refused.stderr
    with held(lab):
        lab.done("lab", "kill", *hosts)
        lab.done("lab", "start", *hosts, "--own-disk", bound_seconds=300)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    assert settled.code == 0, settled.stdout


def _a_file_that_nobody_synced(lab: Terminal, hosts: list[str]) -> None:
    """Leave on each of ``hosts`` what a power cut has to take, or it was none."""
    for host in hosts:
        lab.done("ssh", host, "--", "cp", "/etc/hostname", HOPED)
