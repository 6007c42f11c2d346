"""The disk under a leader fills up: another member leads, and a person reads which disk it is."""

from __future__ import annotations

from typing import Final

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Standing
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

# hosts of the lab share the machine's disk: the data directory gets a small one of its own
_ON_A_SMALL_DISK: Final = """
set -e
data=/var/lib/postgresql/15/{database}
systemctl stop patroni-{database}
mv $data $data.before
install -d -m 0700 -o postgres -g postgres $data
mount -t tmpfs -o size=900m,mode=0700,uid=postgres,gid=postgres none $data
cp -a $data.before/. $data
systemctl start patroni-{database}
"""
_AS_BEFORE: Final = """
data=/var/lib/postgresql/15/{database}
systemctl stop patroni-{database}
rm -f $data/filler
umount $data && rmdir $data && mv $data.before $data
systemctl start patroni-{database}
"""


def test_a_leader_on_a_full_disk_gives_way_and_its_host_is_named(lab: Terminal) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    host = Standing.seen(lab).leader
    database = lab.ndc("status", "--json").value["databases"][0]["name"]
    data = f"/var/lib/postgresql/15/{database}"
    moved = lab.on(host, "sh", "-c", _ON_A_SMALL_DISK.format(database=database))
    try:
        assert moved.code == 0, moved.stderr
        _lead_again(lab, host, database)
        began = CLOCK.elapsed()
        lab.on(host, "dd", "if=/dev/zero", f"of={data}/filler", "bs=1M")

        told: set[str] = set()
        wait_until(CLOCK, lambda: _led_by_another(lab, host, told), what="another", bound=SLOW)
        took = CLOCK.elapsed() - began
        afterwards = lab.ndc("status").stdout
    finally:
        lab.on(host, "sh", "-c", _AS_BEFORE.format(database=database), bound_seconds=120)

    print(f"another leads {took.total_seconds():.1f} s after")  # noqa: T201 - a figure
    assert f"the disk of {host} takes no writes: it is full" in told
    # a server that died may leave a little room, and still not enough to follow
    assert f"the file system at {data} is full" in afterwards
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    assert settled.code == 0, settled.stdout


def _led_by_another(lab: Terminal, host: str, told: set[str]) -> bool:
    """Tell whether another member than that of ``host`` leads; add to ``told`` what is said."""
    status = lab.ndc("status", "--json").value
    told |= {concern["sentence"] for concern in status["concerns"]}
    return status["databases"][0]["leader"] not in {host, None}


def _lead_again(lab: Terminal, host: str, database: str) -> None:
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    leader = Standing.seen(lab).leader
    if leader != host:
        patroni = ("/opt/ndc/venv/bin/patronictl", "-c", f"/etc/patroni/{database}.yml")
        names = ("--leader", leader, "--candidate", host, "--force")
        moved = lab.on(leader, *patroni, "switchover", database, *names)
        assert moved.code == 0, moved.stdout + moved.stderr
        assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    assert Standing.seen(lab).leader == host
