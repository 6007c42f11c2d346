"""Whoever wrote a store stands still and is not told of its successor: never do two have it.

Nobody takes its power, since the power port is cut. It wakes with the store mounted, served, and
its address as it was: all that the failover could do about it was to wait.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

import pytest

from core.host_paths import AUTHORITY
from dr.hosts.epochs import LENT
from tests.lab.lent import WrittenStore
from tests.lab.losses import hosts_at, put_away
from tests.lab.parties import certificate_of
from tests.lab.recovery import CLOCK, SLOW, Portal, held, move, report_named
from tests.lab.terminal import Answer, Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TAKEN: Final = {"201", "204"}


def test_who_stood_still_wakes_beside_its_successor_and_has_the_store_no_more(
    lab: Terminal,
) -> None:
    written = WrittenStore.seen(lab)
    portal = Portal.declared(lab)
    sites = {one["host"]: one["site"] for one in lab.declared("hosts")}
    gone = sites[written.source]
    before, after, woken = (secrets.token_hex(4) for _ in range(3))
    assert _put(lab, written, written.source, before) in TAKEN

    lab.done("lab", "cut", "power-port")
    with held(lab), written.listened(lab) as address:
        lab.done("lab", "freeze", *hosts_at(lab, [gone]))
        try:
            moved = _failed_over(lab, gone)
            new = _source(lab, written)
            at_new = address.awaited(new, bound=SLOW)
            taken = _put(lab, written, new, after)
        finally:
            lab.done("lab", "thaw", *hosts_at(lab, [gone]))
        code = _put(lab, written, written.source, woken)
        kept = _written_here(lab, written.source, woken)
        CLOCK.sleep(2 * LENT)
        most, holders = address.most_at_once(), address.holders()
    lab.done("lab", "heal", "power-port")
    report = report_named(lab, moved)
    lab.done("dr", "admit", gone, bound_seconds=300)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    if "keeps what it alone wrote" in settled.stdout:  # no refuge had fetched what was put first
        put_away(lab, written.source)
    move(lab, [course["service"] for course in report["services"]], portal.pair[0])

    print(f"at {new} after {at_new.total_seconds():.1f} s more")  # noqa: T201 - a figure
    assert new != written.source, moved.stdout + moved.stderr
    assert taken in TAKEN
    assert (most, holders) == (1, {new})
    # to the successor, or nowhere; never into what the sleeper holds
    assert code in {*TAKEN, "000"}
    assert kept == ""
    assert _course(report, written)["begun"], report


def _failed_over(lab: Terminal, site: str) -> Answer:
    words = ("--lost", site, "--accept-loss", "a test", "--as", "an")
    moved = lab.ndc("dr", "failover", *words, bound_seconds=600)
    run = lab.done("dr", "runs").stdout.splitlines()[-1].split()[0]
    for gate in re.findall(r"(\S+\.begin) .*waits for one", moved.stderr):
        moved = lab.ndc("dr", "approve", run, gate, "--as", "binh", bound_seconds=600)
    return moved


def _course(report: dict[str, Any], written: WrittenStore) -> dict[str, Any]:
    (course,) = [one for one in report["stores"] if one["store"] == written.store.name]
    told: dict[str, Any] = course
    return told


def _source(lab: Terminal, written: WrittenStore) -> str:
    stores = lab.ndc("status", "--json").value["stores"]
    return str(next(one["source"] for one in stores if one["name"] == written.store.name))


def _written_here(lab: Terminal, host: str, name: str) -> str:
    """Return where ``host`` itself holds the file ``name``, but for what came from others."""
    words = ("/srv/pools", "-name", ".points", "-prune", "-o", "-name", name, "-print")
    return lab.on(host, "find", *words).stdout.strip()


def _put(lab: Terminal, written: WrittenStore, host: str, name: str) -> str:
    """Have the store hold a file, asked by its owner from ``host``; return the answer's code."""
    store = written.store
    curl = f"curl --silent --max-time 10 --cacert {AUTHORITY} --write-out '%{{http_code}}'"
    with certificate_of(lab, store.owner, host) as owner:
        ask = f"echo {name} | {curl} {owner} --upload-file - https://{store.name}/{name}"
        return lab.on(host, "sh", "-c", ask).stdout[-3:]
