"""A writer on the leader's own host, to whom a commit is done once it is on that host's disk.

It stands for whoever might write beside a successor: no standby is waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests.lab.terminal import Answer, Terminal

_PYTHON: Final = "/opt/ndc/venv/bin/python"
_AS_SUPERUSER: Final = """
import re, psycopg
known = open("/etc/patroni/{database}.yml").read()
password = re.search(r'superuser: .*?password: "([^"]+)"', known)[1]
server = psycopg.connect(
    host="/run/postgresql", user="postgres", dbname="postgres", password=password, autocommit=True
)
"""
_WRITES: Final = """
import time
server.execute("SET synchronous_commit = local")
server.execute("CREATE TABLE IF NOT EXISTS two_writers (number int PRIMARY KEY)")
server.execute("TRUNCATE two_writers")
server.execute("CHECKPOINT")  # without it no row of it was read: "Missing" in decision 150
with open("/root/acknowledged", "w") as acknowledged:
    for number in range(10**6):
        server.execute("INSERT INTO two_writers VALUES (%s)", (number,))
        at = time.clock_gettime(time.CLOCK_BOOTTIME)
        print(number, at, file=acknowledged, flush=True)
        time.sleep(0.002)
"""
_READS: Final = """
print(*(number for (number,) in server.execute("SELECT number FROM two_writers")))
"""
_ACKNOWLEDGED: Final = "/root/acknowledged"


@dataclass(frozen=True, slots=True)
class LocalWriter:
    """Writes rows of a table of its own, some hundred a second, until its connection ends."""

    lab: Terminal
    host: str
    database: str

    def begin(self) -> None:
        """Let it write on."""
        words = ("systemd-run", "--collect", _PYTHON, "-c", self._superuser + _WRITES)
        begun = self.lab.on(self.host, *words)
        assert begun.code == 0, begun.stderr

    def acknowledged(self) -> dict[int, timedelta]:
        """Return when each row was acknowledged, since the lab's machine started."""
        lines = self.lab.on(self.host, "cat", _ACKNOWLEDGED).stdout.splitlines()
        pairs = (line.split() for line in lines)
        return {int(number): timedelta(seconds=float(at)) for number, at in pairs}

    def rows_at(self, leader: str) -> set[int]:
        """Return the rows that ``leader`` has."""
        read = self.lab.on(leader, _PYTHON, "-c", self._superuser + _READS)
        assert read.code == 0, read.stderr
        return {int(number) for number in read.stdout.split()}

    @property
    def _superuser(self) -> str:
        return _AS_SUPERUSER.format(database=self.database)


def apart(status: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return what is told of members that stay apart, by host and database."""
    told = [one for one in status["concerns"] if "that no other member has" in one["sentence"]]
    return {(one["sentence"].split(" has ")[0], one["subject"]): one["sentence"] for one in told}


def settled(lab: Terminal) -> Answer:
    """Make anew every copy that stays apart, until all is green; return what status says then."""
    status = lab.ndc("status", "--wait", "--json", bound_seconds=300)
    for host, database in apart(status.value):
        lab.done("dr", "reseed", database, host, bound_seconds=300)
        status = lab.ndc("status", "--wait", "--json", bound_seconds=300)
    return status
