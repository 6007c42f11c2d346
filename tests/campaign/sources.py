"""Reads what a stint left written down: in the quorum, on hosts, at the probe, in the database."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from access.clients.etcd import Etcd, KeyValue, key_values, range_under
from core.errors import Rejected
from core.runs.journal import Opened, Request, StepEvent, Wish
from dr.actions import SwitchDatabase
from dr.hosts.epochs import Act
from dr.loss_actions import TakeOver
from dr.placement import read_claim, read_placement
from dr.planning.plan import RecoveryPlan, RecoveryRecord, codec
from dr.simulation.world import words
from dr.watch.judging import read_judgement
from inventory import etcd as keys
from inventory.names import DatabaseName, StoreName
from inventory.network import Network, Role, Service
from inventory.placed import placed_in
from tests.campaign.history import NOTHING, Dated, Kept, Reign, Span, reign_at
from tests.lab.terminal import Terminal

_LINES: Final = "20000"
_NOW: Final = 0
"""the revision that etcd takes for the newest"""
_WHEN: Final = 3
_LEADER: Final = 4
"""places in a line of Patroni's history: when the next timeline began, and who led it"""
_ANNOUNCING: Final = {Act.ANNOUNCE: "announces", Act.WITHDRAW: "withdraws"}
_LEFT: Final = """
import re, sys, psycopg
settings = open(f"/etc/patroni/{sys.argv[1]}.yml").read()
password = re.search(r'superuser: .*?password: "([^"]+)"', settings)[1]
port = re.findall(r"listen: \\S+:(\\d+)", settings)[-1]
def served(inside):
    return psycopg.connect(host="/run/postgresql", port=port, user="postgres", dbname=inside,
                           password=password, autocommit=True)
names = [n for (n,) in served("postgres").execute(
    "SELECT datname FROM pg_database WHERE NOT datistemplate")]
for name in names:
    server = served(name)
    if server.execute("SELECT to_regclass('submissions')").fetchone()[0]:
        for (key,) in server.execute("SELECT key FROM submissions"):
            print(key)
"""
"""prints the key of every submission that the leader's PostgreSQL holds"""


def now_in(etcd: Etcd) -> int:
    """Return the revision that the quorum is at."""
    answer = etcd.ask("kv/range", {"key": _coded("any")}, repeatable=True)
    return int(answer["header"]["revision"])


def versions(etcd: Etcd, key: str, samples: Iterable[int] = ()) -> Iterator[KeyValue]:
    """Yield every version of ``key`` that can be read still, newest first.

    One is found by the one after it. Before a time when the key was absent there is a gap, which
    ends at the next of ``samples``: revisions at which it may have been there.
    """
    lowest: int | None = None
    for sample in (_NOW, *sorted(samples, reverse=True)):
        if lowest is not None and sample >= lowest:
            continue
        kept = _at(etcd, key, sample)
        while kept is not None:
            yield kept
            lowest = kept.revision
            kept = _at(etcd, key, lowest - 1)


def _at(etcd: Etcd, key: str, revision: int) -> KeyValue | None:
    """Return ``key`` as it was; None: it was absent, or nobody remembers."""
    body = {"key": _coded(key), "revision": str(revision)}
    try:
        found = key_values(etcd.ask("kv/range", body, repeatable=True))
    except Rejected:
        return None
    return found[0] if found else None


def journals(etcd: Etcd, network: Network) -> dict[str, list[tuple[int, RecoveryRecord]]]:
    """Return the records of every run, with the revision at which each was written."""
    lines: dict[str, list[tuple[int, bytes]]] = {}
    prefix = keys.runs(network.environment)
    for kept in etcd.under(prefix):
        run = kept.key.removeprefix(prefix).split("/")[0]
        lines.setdefault(run, []).append((kept.revision, kept.value.encode()))
    return {
        run: list(
            zip(
                (revision for revision, _ in written),
                codec().decode([line for _, line in written], run),
                strict=True,
            )
        )
        for run, written in lines.items()
    }


def of_journals(found: Mapping[str, list[tuple[int, RecoveryRecord]]]) -> Iterator[Kept]:
    """Yield what each record of the runs ``found`` tells."""
    for run, records in found.items():
        plan: RecoveryPlan | None = None
        for revision, record in records:
            kept = Kept(revision, NOTHING, record.at)
            yield kept
            match record.entry:
                case Opened(opened):
                    plan = opened
                    yield replace(kept, told=("opened", run, "", 0, plan.title))
                    told = " ".join([plan.basis.intent, *plan.basis.lost])
                    yield replace(kept, told=("planned", run, "", 0, told))
                case StepEvent(step, event) if plan is not None:
                    said = f"{event} {words(plan.step(step).action)}"
                    yield replace(kept, told=("journal", run, step, 0, said))
                case Request(wish=Wish.APPROVE) if plan is not None:
                    yield from _accepted(plan, kept)
                case _:
                    pass


def _accepted(plan: RecoveryPlan, kept: Kept) -> Iterator[Kept]:
    """Yield how much may be lost of what ``plan`` moves, now that a second agrees."""
    for moved in plan.basis.moves:
        if moved.candidate is not None and not moved.loss.is_nothing:
            told = ("loss-accepted", moved.database, moved.candidate, 0, plan.id)
            yield replace(kept, told=told, span=moved.loss.span)


def changes(
    found: Mapping[str, list[tuple[int, RecoveryRecord]]],
) -> dict[DatabaseName, dict[str, list[Span]]]:
    """Return when the leader of each database was being changed, and how, by the runs ``found``."""
    spans: dict[DatabaseName, dict[str, list[Span]]] = {}
    for records in found.values():
        times: dict[tuple[DatabaseName, str], list[datetime]] = {}
        plan: RecoveryPlan | None = None
        for _, record in records:
            match record.entry:
                case Opened(opened):
                    plan = opened
                case StepEvent(step) if plan is not None:
                    action = plan.step(step).action
                    if isinstance(action, SwitchDatabase | TakeOver):
                        how = "switched" if isinstance(action, SwitchDatabase) else "taken-over"
                        times.setdefault((action.database, how), []).append(record.at)
                case _:
                    pass
        for (database, how), seen in times.items():
            spans.setdefault(database, {}).setdefault(how, []).append((seen[0], seen[-1]))
    return spans


def of_records(etcd: Etcd, network: Network) -> Iterator[Kept]:
    """Yield each placement, claim, and set of standbys that commits waited for."""
    for one in placed_in(network):
        covered = one.database if isinstance(one, Service) else one.name
        for kept in versions(etcd, keys.placements(network.environment) + one.name):
            placed = read_placement(kept.value)
            told = ("placed", one.name, placed.site, placed.epoch, "")
            yield Kept(kept.revision, told)
            act = f"move-placement {one.name} {placed.site} {placed.epoch}"
            effect = ("effect", covered, f"{placed.run or 'nobody'}/move", 1, act)
            yield Kept(kept.revision, effect)
    covering: list[DatabaseName | StoreName] = [one.name for one in network.databases]
    covering += [one.name for one in network.stores]
    for name in covering:
        for kept in versions(etcd, keys.claim_on(network.environment, name)):
            claim = read_claim(kept.value)
            what = "claimed" if claim.run else "released"
            yield Kept(kept.revision, (what, name, "", claim.number, claim.run or ""))
    for database in network.databases:
        _, synchronous = keys.patroni_facts(network.environment, database.name)
        for kept in versions(etcd, synchronous):
            said = json.loads(kept.value or "{}")
            standbys = [one for one in (said.get("sync_standby") or "").split(",") if one]
            leader = said.get("leader") or ""
            waits = ("waits-for", database.name, leader, len(standbys), " ".join(standbys))
            yield Kept(kept.revision, waits)


def reigns(etcd: Etcd, network: Network, database: DatabaseName) -> list[Reign]:
    """Return every leader of ``database`` since its second, oldest first."""
    kept = etcd.get(f"{keys.patroni(network.environment, database)}history")
    lines = json.loads(kept.value) if kept else []
    # older lines name no leader
    named = (line for line in lines if len(line) > _LEADER)
    return [
        Reign(datetime.fromisoformat(line[_WHEN]), line[_LEADER], line[0] + 1) for line in named
    ]


def of_judgements(
    etcd: Etcd,
    network: Network,
    samples: Iterable[int],
    touched: Callable[[str, datetime], bool],
) -> Iterator[Kept]:
    """Yield each host that was judged dead, by how many; falsely, if it was not ``touched``.

    Who switches its power has a voice as each site has where it is missed.
    A judgement goes with its controller: ``samples`` are revisions at which one may have stood.
    """
    for kept in versions(etcd, keys.judgement(network.environment), samples):
        judgement = read_judgement(kept.value)
        for one in judgement.dead:
            sites = {network.host(observer).site for observer in one.by}
            why = "" if touched(one.host, judgement.at) else "nobody had harmed it"
            told = ("sight-of", judgement.by, one.host, len(sites) + one.powerless, why)
            yield Kept(kept.revision, told, judgement.at)


def of_exclusions(etcd: Etcd, network: Network, samples: Sequence[Kept]) -> Iterator[Kept]:
    """Yield who was kept out, and who was admitted, by what stood at each of ``samples``.

    Either is told when it may have come about at the earliest.
    """
    prefix = keys.exclusions(network.environment)
    before: set[str] = set()
    last: Kept | None = None
    for sample in sorted(samples, key=lambda one: one.revision):
        body = {**range_under(prefix), "revision": str(sample.revision)}
        found = key_values(etcd.ask("kv/range", body, repeatable=True))
        now = {kept.key.removeprefix(prefix) for kept in found}
        for what, hosts in (("excluded", now - before), ("admitted", before - now)):
            for host in sorted(hosts):
                since = last if last and what == "admitted" else sample
                yield replace(since, told=(what, host, "", 0, ""))
        before, last = now, sample


def of_guards(lab: Terminal) -> Iterator[Dated]:
    """Yield what the guards of hosts obeyed, and which host announced a service by that."""
    logs = lab.ndc("audit", "--hosts", "--json", "-n", _LINES).value
    for host, log in logs.items():
        for line in log["lines"]:
            if line.get("verdict") == "obeyed":
                at, service = datetime.fromisoformat(line["at"]), line["workload"]
                yield Dated(at, ("obeyed", service, host, int(line["epoch"]), line["act"]))
                if (what := _ANNOUNCING.get(line["act"])) is not None:
                    yield Dated(at, (what, service, host, int(line["epoch"]), ""))


def of_probe(
    lab: Terminal, network: Network, led: Mapping[DatabaseName, list[Reign]], since: datetime
) -> Iterator[Dated]:
    """Yield each write that was acknowledged to the probe since ``since``."""
    (probe, *_) = network.hosts_with(Role.PROBE)
    for service in network.services:
        ledger = f"/var/lib/ndc/probe/{service.name}"
        # the parts that are full are beside the one that is written
        text = lab.on(probe.name, "sh", "-c", f"cat {ledger}.0*.jsonl {ledger}.jsonl 2>/dev/null")
        for line in text.stdout.splitlines():
            write = json.loads(line)
            at = datetime.fromisoformat(write["ended_at"])
            if write["outcome"] != "ok" or at < since:
                continue
            reign = reign_at(led[service.database], at)
            leader, timeline = (reign.leader, reign.timeline) if reign else ("", 1)
            told = ("acknowledged", service.database, leader, timeline, write["key"])
            yield Dated(at, told)


def left_in(lab: Terminal, database: str, leader: str) -> set[str]:
    """Return the keys of all submissions that ``database`` holds, which ``leader`` leads."""
    words = ("/opt/ndc/venv/bin/python", "-c", _LEFT, database)
    answer = lab.on(leader, *words, bound_seconds=180)
    assert answer.code == 0, answer.stderr
    return set(answer.stdout.split())


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
