"""What must never become of stores. Reads what was written down, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from tests.soak.checkers.data import Line

UNKNOWN: Final = -1
"""in place of how long what may be lost was written for: nobody could say"""


def two_store_writers(history: Iterable[Line]) -> Iterator[str]:
    """I16: yield each write to a store by a host that is not the last which came to write it."""
    newest: dict[str, tuple[int, str]] = {}
    for at, what, store, host, number, _ in history:
        if what == "store-written":
            epoch, writer = newest.setdefault(store, (number, host))
            if number > epoch:
                newest[store] = (number, host)
            elif (number, host) != (epoch, writer):
                yield (
                    f"{at:.1f} s: {host} wrote {store} under epoch {number}, "
                    f"after {writer} had under epoch {epoch}"
                )


def other_points(history: Iterable[Line]) -> Iterator[str]:
    """I17: yield each store that began from another point than the one that it had to begin from.

    That is the one of the step by which it was ordered to; or else the one with which it ended
    where it was written last. There it is to be written to from when it begins: who stands still
    before the first write has its turn all the same, and what others end with later is astray.
    """
    ordered: dict[tuple[str, str, str], str] = {}
    ended: dict[str, str] = {}
    newest: dict[str, tuple[int, str]] = {}
    for at, what, subject, host, number, text in history:
        if what == "journal" and text.startswith("started begin-store "):
            named = dict(one.split("=", 1) for one in text.split(" ")[2:])
            ordered[named["store"], named["host"], named["epoch"]] = named["point"]
        elif what == "store-written":
            newest[subject] = max((number, host), newest.get(subject, (0, "")))
        elif what == "store-ends" and newest.get(subject, (0, host))[1] == host:
            ended[subject] = text
        elif what == "store-begins":
            newest[subject] = max((number, host), newest.get(subject, (0, "")))
            due = ordered.get((subject, host, str(number)), ended.get(subject))
            if text != due:
                yield f"{at:.1f} s: {host} began {subject} from {text}, and not from {due}"


def unannounced_losses(history: Iterable[Line]) -> Iterator[str]:
    """I18: yield each store that lost more than a person was told before it began elsewhere.

    What was written to it under earlier epochs, after the point with which it began, is lost.
    """
    lines = list(history)
    made = {line[5]: line[0] for line in lines if line[1] == "store-point"}
    written: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, what, store, _, epoch, _ in lines:
        if what == "store-written":
            written[store].append((epoch, at))
    told: dict[tuple[str, int], int] = {}
    for at, what, store, host, epoch, text in lines:
        if what == "store-loss":
            told[store, epoch] = int(text)
        bound = told.get((store, epoch), UNKNOWN)
        if what == "store-begins" and bound != UNKNOWN:
            last = max((when for under, when in written[store] if under < epoch), default=0.0)
            lost = last - made[text]
            if lost > bound / 1000:
                yield (
                    f"{at:.1f} s: {store} began at {host} without its last {lost:.1f} s, "
                    f"and {bound / 1000:.1f} s were announced"
                )
