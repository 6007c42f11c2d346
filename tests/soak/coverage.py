"""What a soak came by, and what it did not come by often enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.runs.machine import EDGES
from dr.hosts.edges import HostEdge
from dr.planning.plan import Phase
from tests.soak.events import OF_A_REGION, FaultKind
from tests.soak.listening import Tally

OFTEN: Final = 10
SELDOM: Final = {
    (
        OF_A_REGION,
        Phase.READY,
    ): "only where a database is led elsewhere, while its service is there",
}
"""kinds of plan and phases that few plans have, and why: nothing is asked of them"""


def coverage(tally: Tally) -> Iterator[str]:
    """Yield how often each edge was passed, and how often each fault met each phase of a plan."""
    yield "edges:"
    for name in _edges():
        yield f"{tally.edges[name]:9}  {name}"
    for kind in sorted({kind for kind, _ in tally.phases}):
        yield f"a step of a {kind} began while a fault lasted:"
        for phase in _phases(tally, kind):
            counts = {fault: tally.met[kind, phase, fault] for fault in FaultKind}
            rarest = min(FaultKind, key=lambda fault: counts[fault])
            least = f"at least {counts[rarest]} times each, as {rarest}"
            yield f"{sum(counts.values()):9}  {phase}, {least}"
    absent = [phase for phase in Phase if phase not in {phase for _, phase in tally.phases}]
    yield f"no plan has a step in: {', '.join(absent) or 'none, each phase has one'}"


def gaps(tally: Tally) -> Iterator[str]:
    """Yield what was met less than ``OFTEN`` times."""
    for name in _edges():
        if tally.edges[name] < OFTEN:
            yield f"{tally.edges[name]:9}  {name}"
    for kind, phase in sorted(tally.phases.keys() - SELDOM.keys()):
        for fault in FaultKind:
            if tally.met[kind, phase, fault] < OFTEN:
                yield f"{tally.met[kind, phase, fault]:9}  {kind}, {phase}, {fault}"
    for kind, phase in SELDOM:
        least = min(tally.met[kind, phase, fault] for fault in FaultKind)
        if least >= OFTEN:
            yield f"{least:9}  {kind}, {phase}: named as what few plans have"


def _edges() -> Iterator[str]:
    yield from (f"{edge.source} - {edge.event} - {edge.target}" for edge in EDGES)
    yield from (f"agent {wanted}" for wanted in HostEdge)


def _phases(tally: Tally, kind: str) -> list[Phase]:
    return [phase for phase in Phase if tally.phases[kind, phase]]
