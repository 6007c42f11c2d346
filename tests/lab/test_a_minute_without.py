"""Each link, each pair and each voter is taken away or slowed for a minute: nothing moves.

And no citizen waits longer than it takes to send packets another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest

from tests.lab.recovery import CLOCK, Portal, noticed
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

MINUTE: Final = timedelta(seconds=60)
SLOW: Final = ("--rtt", "300")
"""milliseconds: farther than any two places on earth are by cable"""
ETCD: Final = "etcd.service"
GAP: Final = timedelta(seconds=2)
UNDERWAY: Final = timedelta(seconds=1.5)
"""a write younger than this may have no end yet"""

_Words = Sequence[str]


def _cut(links: _Words) -> list[_Words]:
    return [("lab", "cut", *links)]


def _slowed(links: _Words) -> list[_Words]:
    return [("lab", "slow", link, *SLOW) for link in links]


@pytest.mark.parametrize("harmed", [_cut, _slowed], ids=["cut", "slowed"])
def test_any_link_may_be_gone(lab: Terminal, harmed: Callable[[_Words], list[_Words]]) -> None:
    links = [[link["link"]] for link in lab.declared("links")]

    assert [*_moved(lab, links, harmed)] == []


@pytest.mark.parametrize("harmed", [_cut, _slowed], ids=["cut", "slowed"])
def test_any_pair_may_be_gone(lab: Terminal, harmed: Callable[[_Words], list[_Words]]) -> None:
    sites = {host["host"]: host["site"] for host in lab.declared("hosts")}
    pairs: dict[frozenset[str], list[str]] = {}
    for link in lab.declared("links"):
        ends = frozenset({sites[link["from"]], sites[link["to"]]})
        pairs.setdefault(ends, []).append(link["link"])

    assert [*_moved(lab, pairs.values(), harmed)] == []


def _moved(
    lab: Terminal, taken: Iterable[list[str]], harmed: Callable[[_Words], list[_Words]]
) -> Iterator[str]:
    for links in taken:
        with _standing_still(lab, links) as changes:
            for words in harmed(links):
                lab.done(*words)
            CLOCK.sleep(MINUTE)
            lab.done("lab", "heal", *links)
        yield from changes


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(("stop",), ("start",)), (("kill", "--signal=STOP"), ("kill", "--signal=CONT"))],
    ids=["gone", "hangs"],
)
def test_any_voter_may_be_gone(lab: Terminal, begins: _Words, ends: _Words) -> None:
    voters = [one["host"] for one in lab.done("status", "--json").value["quorum"]["voters"]]
    moved: list[str] = []
    for voter in voters:
        with _standing_still(lab, [voter]) as changes:
            assert lab.on(voter, "systemctl", *begins, ETCD).code == 0
            CLOCK.sleep(MINUTE)
            assert lab.on(voter, "systemctl", *ends, ETCD).code == 0
        moved += changes

    assert moved == []


@contextmanager
def _standing_still(lab: Terminal, taken: _Words) -> Iterator[list[str]]:
    """Yield a list that says afterwards what was noticed: of citizens, and who is elsewhere."""
    changes: list[str] = []
    before = _placed(lab)
    since = CLOCK.now()
    yield changes
    after = _placed(lab)
    what = " and ".join(taken)
    changes += [
        f"{what}: {name} was {before[name]}, is {is_now}"
        for name, is_now in after.items()
        if before[name] != is_now
    ]
    seen = noticed(lab, Portal.declared(lab), since, CLOCK.now() - UNDERWAY)
    gap = None if seen.is_void else seen.gap.length
    if gap is None or gap > GAP:
        changes.append(f"{what}: citizens waited {gap or 'nobody knows how long'}")
    print(f"{what}: {gap}, {changes or 'nothing moved'}", flush=True)  # noqa: T201 - what was seen


def _placed(lab: Terminal) -> dict[str, tuple[Any, ...]]:
    """Return where each service and store is, and who leads each database, once all is green."""
    seen = lab.ndc("status", "--wait", "--json", bound_seconds=300)
    assert seen.code == 0, seen.stdout
    status = seen.value
    return {
        **{one["name"]: (one["active"], one["epoch"]) for one in status["services"]},
        **{one["name"]: (one["leader"], one["timeline"]) for one in status["databases"]},
        **{one["name"]: (one["source"],) for one in status["stores"]},
    }
