"""What must never be done by hosts that are kept out. Reads what was written down, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tests.soak.checkers.data import Line

IN_TIME: Final = 1.0
"""seconds: who decided a moment before it was kept out may act a moment after"""


def announced_though_kept_out(history: Iterable[Line]) -> Iterator[str]:
    """I13: yield each announcement by a host that was given up, and that nobody had admitted.

    A host that stood still between its decision and its act is not counted: it withdraws at its
    next look.
    """
    since: dict[str, float] = {}
    thawed: dict[str, float] = {}
    for at, what, subject, host, _, text in history:
        if what == "excluded":
            since[subject] = at
        elif what == "admitted":
            since.pop(subject, None)
        elif what == "fault" and text.startswith("host-frozen"):
            thawed[subject] = at
        elif what == "announces" and at - max(since.get(host, at), thawed.get(host, 0)) > IN_TIME:
            yield f"{at:.1f} s: {host} announced {subject}, kept out since {since[host]:.1f} s"


def came_to_what_was_given_up(history: Iterable[Line]) -> Iterator[str]:
    """I15: yield each time that citizens came to who was given up, for what moved away since.

    What was placed elsewhere before that did not move by giving it up: so nobody fenced the host
    for its sake, nor refused it. It announces until a host of its place answers (decision 134),
    since an error is better than silence.
    """
    since: dict[str, int] = {}
    placed: dict[str, tuple[str, int]] = {}
    for number, (at, what, subject, host, _, site) in enumerate(history):
        if what == "excluded":
            since[subject] = number
        elif what == "admitted":
            since.pop(subject, None)
        elif what == "placed":
            placed[subject] = (host, number)
        elif what == "comes-to" and host in since:
            place, moved = placed.get(subject, ("", 0))
            if place != site and moved > since[host]:
                yield f"{at:.1f} s: citizens came to {host} for {subject}, placed at {place}"
