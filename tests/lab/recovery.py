"""What the tests of recovery share: how things stand, what citizens noticed, what a run did."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from access.clients.probe import MeasureAnswer
from core import host_paths
from core.clock import wait_until
from core.measure import Measure
from core.system_clock import SystemClock
from dr.live.doors import Live
from dr.live.sight import Sight
from dr.watch.observers import observers
from inventory.names import HostName
from ndc.settings import paths_of
from ndc.wiring import environment
from ndc.wiring.running_network import running
from tests.lab.terminal import Answer, Terminal

CLOCK = SystemClock()
SLOW = timedelta(minutes=2)
"""only detects a hang"""
PROBE_PORT = 9300
WRITES_A_SECOND = 20
"""that the probe sends to each service"""


@dataclass(frozen=True, slots=True)
class Portal:
    """The service that is moved, as the inventory declares it, and who stands in front of it."""

    name: str
    address: str
    pair: tuple[str, str]
    """its home and its first refuge"""
    door: str
    """the host from which citizens come"""
    probe: str
    """where the probe listens, as the operator reaches it"""

    @classmethod
    def declared(cls, lab: Terminal) -> Portal:
        """Return the portal of the inventory; another service may stand beside it."""
        workloads = lab.declared("workloads")
        service = next(one for one in workloads if one["kind"] == "service" and is_portal(one))
        hosts = lab.declared("hosts")
        door, probing = (
            next(host for host in hosts if role in host["roles"].split())
            for role in ("access", "probe")
        )
        return cls(
            name=service["workload"],
            address=service["at"],
            pair=(service["home"], service["others"].split()[0]),
            door=door["host"],
            probe=f"https://{probing['management']}:{PROBE_PORT}",
        )

    def other_than(self, site: str) -> str:
        """Return the site of the pair that is not ``site``."""
        home, refuge = self.pair
        return refuge if site == home else home


def is_portal(told: Mapping[str, Any]) -> bool:
    """Tell whether ``told``, of a service by any table, is about the portal."""
    return "portal" in str(told.get("workload", told.get("name")))


def portal_in(status: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``ndc status --json`` tells of the portal."""
    found: dict[str, Any] = next(filter(is_portal, status["services"]))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the portal and its database are, as ``ndc status`` tells."""

    site: str
    epoch: int
    leader: str
    timeline: int

    @classmethod
    def seen(cls, lab: Terminal) -> Standing:
        """Return how things stand now, as soon as all of it can be seen."""
        return wait_until(
            CLOCK, lambda: cls._glimpsed(lab), what="a status without gaps", bound=SLOW
        )

    @classmethod
    def _glimpsed(cls, lab: Terminal) -> Standing | None:
        status = lab.ndc("status", "--json").value
        service, database = portal_in(status), status["databases"][0]
        found = (service["active"], service["epoch"], database["leader"], database["timeline"])
        return None if None in found else cls(*found)


def submit(lab: Terminal, portal: Portal, key: str, body: Mapping[str, str]) -> dict[str, Any]:
    """Return the acknowledgement of a citizen's submission, sent again until there is one."""
    return wait_until(
        CLOCK,
        lambda: _acknowledged(lab, portal, key, body),
        what=f"an acknowledgement of {key}",
        bound=SLOW,
    )


def _acknowledged(
    lab: Terminal, portal: Portal, key: str, body: Mapping[str, str]
) -> dict[str, Any] | None:
    words = ("-H", f"Idempotency-Key: {key}", "-d", json.dumps(body))
    answer: dict[str, Any] = _curl(
        lab, portal, *words, f"https://{portal.address}/submissions"
    ).value
    return answer if answer.get("key") == key else None


def kept(lab: Terminal, portal: Portal, key: str) -> list[dict[str, Any]]:
    """Return what the service holds under ``key``."""
    found: list[dict[str, Any]] = _curl(
        lab, portal, f"https://{portal.address}/submissions?key={key}"
    ).value["submissions"]
    return found


def noticed(
    lab: Terminal, portal: Portal, since: datetime, until: datetime, *, bound_seconds: int = 60
) -> Measure:
    """Return what the probe says of a window of time, every write of it read back now."""
    secrets = paths_of(lab.environment).secrets
    mine = secrets / "clients" / "control"
    window = (f"since={since.isoformat()}", f"until={until.isoformat()}")
    words = ["curl", "-sS", "--fail", "--max-time", str(bound_seconds), "--get"]
    words += ["--cacert", str(secrets / "ca.crt")]
    words += ["--cert", str(mine / "tls.crt"), "--key", str(mine / "tls.key")]
    words += [word for moment in window for word in ("--data-urlencode", moment)]
    asked = subprocess.run(
        [*words, f"{portal.probe}/measure/{portal.name}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return MeasureAnswer.model_validate_json(asked.stdout).measure


def report_of(lab: Terminal, answer: Answer) -> dict[str, Any]:
    """Return the report that a finished command names, having looked that all is kept.

    A run whose probe slipped its own schedule ends with 1: done, and its gap is void.
    """
    report = report_named(lab, answer)
    (course,) = report["services"]
    measure = course["measure"]
    ended = {0: "done", 1: "unmeasured" if measure and measure["void"] else "done"}
    assert report["outcome"] == ended.get(answer.code), answer.stdout
    assert (measure["lost"], measure["not_read_back"], measure["duplicated"]) == (0, 0, 0), report
    assert measure["acknowledged"] > 0, report
    promoted = "promote" in {phase["phase"] for phase in report["phases"]}
    assert course["new_leader_has_all"] is (True if promoted else None), report
    return report


def report_named(lab: Terminal, answer: Answer) -> dict[str, Any]:
    """Return the report that a finished command names, whatever it says."""
    named = re.search(r"^report: (.+)$", answer.stderr, re.MULTILINE)
    assert named, answer.stdout + answer.stderr
    path = Path(named[1])
    assert path.is_relative_to(lab.runs)
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


def move(lab: Terminal, services: Iterable[str], site: str) -> None:
    """Move ``services`` to ``site`` by one plan, and stores to their homes.

    What was given up at ``site`` is admitted.
    """
    lab.done("dr", "admit", site, bound_seconds=300)
    why = ("--despite", "a test ends where it began")
    moved = lab.ndc("dr", "switchover", *services, "--to", site, *why, bound_seconds=600)
    assert moved.code in {0, 1}, moved.stdout + moved.stderr
    if not _stores_are_home(lab):
        lab.done("up", bound_seconds=300)
        wait_until(CLOCK, lambda: _stores_are_home(lab), what="stores at home", bound=SLOW)


def _stores_are_home(lab: Terminal) -> bool:
    sites = {host["host"]: host["site"] for host in lab.declared("hosts")}
    stores = lab.ndc("status", "--json").value["stores"]
    return all(sites[store["source"]] == store["home"] for store in stores)


@contextmanager
def held(lab: Terminal) -> Iterator[None]:
    """Keep controllers from doing by themselves what a test is about to do as a person.

    The lever is let go when they call nobody dead any more.
    """
    lab.done("dr", "hold", "--reason", "a test")
    try:
        yield
        wait_until(CLOCK, lambda: _nobody_is_dead(lab), what="a sign of life of all", bound=SLOW)
    finally:
        lab.done("--yes", "dr", "release")


def _nobody_is_dead(lab: Terminal) -> bool:
    judgement = (lab.ndc("status", "--json").value["watch"] or {}).get("judgement")
    return judgement is not None and not [
        one for one in judgement["suspects"] if one["pulse"] == "dead"
    ]


def by_itself(lab: Terminal) -> list[str]:
    """Return what controllers did last by themselves, as ``ndc status`` says."""
    lines = lab.ndc("status").stdout.splitlines()
    return [line for line in lines if line.startswith("by itself")]


def seen_by_others(lab: Terminal, host: str) -> dict[str, bool]:
    """Return of each host that may observe ``host`` whether it sees it."""
    network = running(environment.opened(lab.environment), print)
    name = HostName(host)
    with Live.over(network, paths_of(lab.environment).secrets) as live:
        sight = Sight(network, live.programs, live.etcd)
        return {one: name in sight.answering(one, [name]) for one in observers(network, [name])}


def served_where_led(lab: Terminal, portal: Portal) -> Standing:
    """Return how things stand once the database is led at the site that serves the portal.

    After a leader's death, or a black start, it may be led at another one.
    """
    before = Standing.seen(lab)
    hosts = lab.declared("hosts")
    if before.leader in {host["host"] for host in hosts if host["site"] == before.site}:
        return before
    lab.ndc("status", "--wait", bound_seconds=300)
    report_of(lab, lab.ndc("dr", "switchover", portal.name, "--to", before.site, bound_seconds=300))
    return Standing.seen(lab)


def moved_by_patroni(lab: Terminal, database: str, leader: str, candidate: str) -> None:
    """Let Patroni alone move ``database``, as somebody would type it who has no ndc."""
    settings = host_paths.PATRONI_SETTINGS / f"{database}.yml"
    patronictl = (str(host_paths.VENV / "bin/patronictl"), "-c", str(settings))
    names = ("--leader", leader, "--candidate", candidate)
    moved = lab.on(leader, *patronictl, "switchover", database, *names, "--force")
    assert moved.code == 0, moved.stdout + moved.stderr


def _curl(lab: Terminal, portal: Portal, *words: str) -> Answer:
    answer = lab.on(
        portal.door, "curl", "-sS", "--max-time", "20", "--cacert", "/etc/ndc/ca.crt", *words
    )
    assert answer.code == 0, answer.stderr
    return answer
