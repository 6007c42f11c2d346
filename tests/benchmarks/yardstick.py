"""The yardstick of a planned move: ``patronictl switchover`` alone, of a Patroni as it comes.

For as long as it is measured, each member's Patroni is its own program, with its own sleeps, at a
voter that it draws by lot, and answers HAProxy at once; its standbys look for the next leader, and
HAProxy tries again, as often as their defaults say. All else is as it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from statistics import median
from typing import Any

from core import host_paths
from tests.benchmarks.citizens import shortest, when_over
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand
from tests.lab.recovery import Portal, moved_by_patroni, served_where_led
from tests.lab.terminal import Terminal

_TURNS = 3
_GREEN_SECONDS = 300
_PATRONI = host_paths.VENV / "bin/patroni"
_HAPROXY = "/etc/haproxy/haproxy.cfg"
_ITS_OWN = (
    "sed -i.ours '/^ *retries 0$/d; /^ *http-check send-state$/d; "
    f"s/ fastinter 200ms downinter 200ms//' {_HAPROXY}"
)
_OURS = f"mv {_HAPROXY}.ours {_HAPROXY}"


def alone(stand: Stand, _: int) -> Iterator[Trial]:
    """Let Patroni move the database there and back, some times; it leads where it did before."""
    lab = stand.lab()
    portal = Portal.declared(lab)
    served_where_led(lab, portal)
    database = _database(lab)
    with _as_it_comes(lab, database):
        leader, other = _leader(lab), _synchronous(lab)
        for before, after in pairwise([*[leader, other] * _TURNS, leader]):
            stand.lab()
            since = CLOCK.now()
            moved_by_patroni(lab, database["name"], before, after)
            seen = when_over(lab, portal, since)
            gap = shortest(seen)
            yield gap, median(stand.gaps) / gap if gap and stand.gaps else None
    served_where_led(lab, portal)


@contextmanager
def _as_it_comes(lab: Terminal, database: Mapping[str, Any]) -> Iterator[None]:
    """Let every Patroni of ``database`` be its own program, and HAProxy have its defaults."""
    folder = host_paths.patroni_folder(database["name"])
    unit = f"patroni-{database['name']}.service"
    dropped, told = f"/run/systemd/system/{unit}.d", f"{folder}/zz-as-it-comes.yml"
    start = rf"[Service]\nExecStart=\nExecStart={_PATRONI} {folder}\n"
    retry = r"postgresql: {parameters: {wal_retrieve_retry_interval: 5s}}\n"
    begin = (
        f"mkdir -p {dropped} && printf '{start}' >{dropped}/start.conf && printf '{retry}' >{told}"
    )
    try:
        _told_haproxy(lab, _ITS_OWN)
        _restarted(lab, database, unit, begin)
        yield
    finally:
        _told_haproxy(lab, _OURS)
        _restarted(lab, database, unit, f"rm -rf {dropped} {told}")


def _told_haproxy(lab: Terminal, change: str) -> None:
    """Make ``change`` to the settings of HAProxy wherever an application asks it."""
    hosts = lab.done("show", "hosts", "--json").value
    for host in (one["host"] for one in hosts if "service" in one["roles"].split()):
        done = lab.on(host, "sh", "-c", f"{change} && systemctl reload haproxy")
        assert done.code == 0, done.stdout + done.stderr


def _restarted(lab: Terminal, database: Mapping[str, Any], unit: str, change: str) -> None:
    """Make ``change`` on every member's host, the leader's last, and wait until all is green."""
    leader = _leader(lab)
    hosts = [m["host"] for m in database["members"] if m["host"] != leader]
    for host in (*hosts, leader):
        words = f"{change} && systemctl daemon-reload && systemctl restart {unit}"
        done = lab.on(host, "sh", "-c", words)
        assert done.code == 0, done.stdout + done.stderr
        lab.done("status", "--wait", bound_seconds=_GREEN_SECONDS)


def _database(lab: Terminal) -> Mapping[str, Any]:
    found: Mapping[str, Any] = lab.ndc("status", "--json").value["databases"][0]
    return found


def _leader(lab: Terminal) -> str:
    return str(_database(lab)["leader"])


def _synchronous(lab: Terminal) -> str:
    members = _database(lab)["members"]
    return str(next(m["host"] for m in members if m["role"] == "synchronous"))
