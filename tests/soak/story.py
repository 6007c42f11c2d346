"""Tells in words what happened in a schedule, and what a soak came by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from core.runs.machine import EDGES
from dr.edges import HostEdge
from dr.plan import Phase
from tests.soak.checkers.data import Line
from tests.soak.events import FaultKind, Planned

_SENTENCES: Final = {
    "placed": "{subject} is placed at {host}, epoch {number}",
    "announces": "{host} announces {subject}, epoch {number}",
    "withdraws": "{host} withdraws {subject}",
    "falls-silent": "{host} announces {subject} no more: it has no power",
    "leads": "{host} leads {subject} on timeline {number}",
    "forked": "{host} holds the key of {subject}, for timeline {number}: {text}",
    "stops": "{host} stops taking writes of {subject}",
    "overtaken": "the key of {subject} is taken from {host}, which takes writes still",
    "waits-for": "a commit of {subject} waits for {number} copies",
    "kept": "{host} keeps what only it has of {subject}: {text}",
    "rewound": "{host} is rewound in {subject}",
    "claimed": "{text} claims {subject}",
    "released": "{subject} is released",
    "power-off": "the power of {subject} is taken away",
    "power-lost": "{subject} loses its power",
    "power-on": "{subject} has power again",
    "person": "{subject}",
    "stands-still": "the runner of {subject} stands still",
    "journal": "{subject}: {host} {text}",
    "effect": "{host} changes the world: {text}",
    "not-served": "nobody serves {subject} in the calm at the end",
}


def story(history: Iterable[Line]) -> Iterator[str]:
    """Yield what happened, a line each, but not each write."""
    for at, what, subject, host, number, text in history:
        fields = {"subject": subject, "host": host, "number": number, "text": text}
        if what == "fault":
            kind = text.strip()
            yield f"{at:8.2f}  {kind} at {subject} {'begins' if number else 'ends'}"
        elif what in _SENTENCES:
            yield f"{at:8.2f}  {_SENTENCES[what].format(**fields)}"


def told_schedule(events: Sequence[Planned]) -> Iterator[str]:
    """Yield the events of a schedule, a line each."""
    for event in events:
        extra = f" {event.extra}" if event.extra else ""
        yield f"{event.at:8.2f}  {event.kind}{extra}: {event.what}, {event.length:g} s"


def coverage(edges: Counter[str], met: Counter[tuple[str, str, str]]) -> Iterator[str]:
    """Yield how often each edge was passed, and how often each fault met each phase of a plan."""
    yield "edges of a step:"
    for edge in EDGES:
        name = f"{edge.source} - {edge.event} - {edge.target}"
        yield f"{edges[name]:9}  {name}"
    yield "edges of an agent:"
    for wanted in HostEdge:
        yield f"{edges[f'agent {wanted}']:9}  {wanted}"
    for kind in sorted({kind for kind, _, _ in met}):
        yield f"a step of a {kind} began while a fault lasted:"
        for phase in Phase:
            counts = [met[kind, phase, fault] for fault in FaultKind]
            if any(counts):
                rare = [fault for fault in FaultKind if met[kind, phase, fault] < 10]
                least = f"; fewer than 10: {', '.join(rare)}" if rare else ""
                yield f"{sum(counts):9}  {phase}, at least {min(counts)} of each{least}"
