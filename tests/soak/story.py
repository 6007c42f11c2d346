"""Tells in words what happened in a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.soak.checkers.data import Line
from tests.soak.events import Planned

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
    "told": "{subject} is told to {text} without a copy",
    "allowed": "{host} may lead {subject}, by epoch {number}",
    "barred": "{host} may not lead {subject}, by epoch {number}",
    "loss-accepted": "two persons accept for {text} that writes of {subject} may be lost",
    "store-begins": "{host} writes {subject} from {text} on, epoch {number}",
    "store-ends": "{host} ends with {text} of {subject}",
    "store-loss": "of {subject} may be lost what was written for {text} ms",
    "claimed": "{text} claims {subject}",
    "released": "{subject} is released",
    "is-silent": "{subject} answers nobody of the majority elsewhere",
    "answers": "{subject} answers others of the majority",
    "judged-dead": "the controller on {host} calls {subject} dead",
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
