"""What must never happen to acknowledged writes. Reads what was written down, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

Line = tuple[float, str, str, str, int, str]
"""seconds, what, of what, host, number, text"""


def two_writers(history: Iterable[Line]) -> Iterator[str]:
    """I1: yield each write that one leader acknowledged after the next had begun to."""
    newest: dict[str, tuple[int, str]] = {}
    for at, what, database, host, timeline, row in history:
        if what != "acknowledged":
            continue
        known, writer = newest.setdefault(database, (timeline, host))
        if timeline < known or (timeline == known and host != writer):
            yield (
                f"{at:.1f} s: {host} acknowledged {row} of {database} on timeline {timeline}, "
                f"after {writer} had on timeline {known}"
            )
        else:
            newest[database] = (timeline, host)


def _lost(history: Iterable[Line]) -> Iterator[tuple[str, str, int, str]]:
    """Yield each promised row that is gone: database, row, timeline, and how that was left.

    What was acknowledged without a copy was not promised. Nor is what two persons accepted to be
    lost: by a run that let another lead afterwards, and no older than it had announced.
    """
    lines = list(history)
    left = {line[2]: set(line[5].split(" ")) for line in lines if line[1] == "log"}
    if not left:
        return
    how = {(line[2], line[4]): line[5] for line in lines if line[1] == "forked"}
    accepted = list(_accepted(lines))
    alone: dict[str, bool] = {}
    for at, what, database, _, number, text in lines:
        if what in {"waits-for", "leads"}:
            alone[database] = what == "waits-for" and number == 0
        elif (
            what == "acknowledged"
            and not alone.get(database)
            and text not in left[database]
            and not any(of == database and since <= at <= until for of, since, until in accepted)
        ):
            yield database, text, number, how.get((database, number + 1), "")


def _accepted(lines: Iterable[Line]) -> Iterator[tuple[str, float, float]]:
    """Yield the databases of which writes may be lost, from when to when."""
    told: dict[tuple[str, str], tuple[str, float]] = {}
    holder: dict[str, str] = {}
    for at, what, database, host, number, text in lines:
        if what == "loss-accepted":
            told[database, text] = (host, number / 1000)
        elif what == "claimed":
            holder[database] = text
        elif what == "forked" and text == "taken-over":
            candidate, since = told.get((database, holder.get(database, "")), ("", at))
            if candidate == host:
                yield database, since, at


def lossy_switches(history: Iterable[Line]) -> Iterator[str]:
    """I3: yield each promised write that a planned switch lost."""
    for database, row, timeline, how in _lost(history):
        if how == "switched":
            yield f"{row} of {database}, acknowledged on timeline {timeline}, was lost by a switch"


def unnamed_losses(history: Iterable[Line]) -> Iterator[str]:
    """I4: yield each promised write that is gone, where no person had named the loss."""
    for database, row, timeline, how in _lost(history):
        if how != "switched":
            yield f"{row} of {database}, acknowledged on timeline {timeline}, is gone"


def guessed_leaders(history: Iterable[Line]) -> Iterator[str]:
    """I8: yield each leader whose key was taken while it still took writes."""
    for at, what, database, host, timeline, _ in history:
        if what == "overtaken":
            yield (
                f"{at:.1f} s: {host} took writes of {database} on timeline {timeline} "
                "while the key to lead by was taken from it"
            )


def crossings(history: Iterable[Line]) -> Iterator[str]:
    """I13: yield each time that a copy came to lead which was only to be waited for."""
    only: set[tuple[str, str]] = set()
    for at, what, database, host, timeline, how in history:
        if what == "widened":
            only.add((database, host))
        elif what in {"allowed", "barred"}:
            only.discard((database, host))
        elif what == "forked" and (database, host) in only:
            yield f"{at:.1f} s: {host} came to lead {database} on timeline {timeline}: {how}"


def wiped_tails(history: Iterable[Line]) -> Iterator[str]:
    """I11: yield each tail that was wiped without a copy, and each late write of who returned."""
    copies: dict[tuple[str, str], set[str]] = defaultdict(set)
    leads: dict[str, tuple[str, int]] = {}
    for at, what, database, host, number, text in history:
        rows = set(text.split(",")) - {""}
        if what == "kept":
            copies[database, host] |= rows
        elif what == "rewound" and rows - copies[database, host]:
            gone = ", ".join(sorted(rows - copies[database, host]))
            yield f"{at:.1f} s: {host} was rewound in {database}, and nobody kept {gone}"
        elif what == "leads":
            leads[database] = (host, number)
        elif what == "acknowledged" and database in leads:
            leader, timeline = leads[database]
            if host != leader and number < timeline:
                yield f"{at:.1f} s: {host} acknowledged {text} of {database}, led by {leader}"
