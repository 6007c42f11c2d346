"""Whether what a database acknowledges has its copies, and what it does where it has none."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.names import HostName
from inventory.promises import LastCopy
from monitors.health.concern import Concern, Condition
from monitors.health.snapshot import DatabaseView


def of_protection(database: DatabaseView, out: frozenset[HostName]) -> Iterator[Concern]:
    """Yield that fewer copies confirm than is declared, and that it does then what is not.

    ``out`` holds the hosts that nobody but a person brings back.
    """
    gone = next((m.host for m in database.members if m.host in out), None)
    counted = f"{database.synchronous} of {database.synchronous_wanted} synchronous standbys"
    is_short = database.synchronous < database.synchronous_wanted
    if database.leader and is_short:
        if database.last_copy is LastCopy.BLOCK and not database.synchronous:
            sentence = f"{counted}, and it acknowledges nothing that no other copy has"
            yield Concern(database.name, Condition.CRITICAL, sentence, gone)
        else:
            at = database.unprotected_since
            since = f" since {at:%Y-%m-%d %H:%M:%SZ}" if at else ""
            sentence = f"UNPROTECTED{since}: {counted}"
            yield Concern(database.name, Condition.WARNING, sentence, gone)
    yield from _of_last_copy(database, is_short=is_short)


def _of_last_copy(database: DatabaseView, *, is_short: bool) -> Iterator[Concern]:
    does, declared = database.last_copy, database.last_copy_declared
    if does in {declared, None}:
        return
    # one that would stop is told so only once it has a copy
    waits = is_short and declared is LastCopy.BLOCK
    cause, when = (database.name, " once a copy confirms") if waits else (None, "")
    sentences = {
        LastCopy.BLOCK: "stops without a copy, and is declared to go on",
        LastCopy.CONTINUE: "goes on without a copy, and is declared to stop",
    }
    sentence = f"{sentences[does or declared]} (last_copy: {declared}); next{when}: ndc up"
    yield Concern(database.name, Condition.WARNING, sentence, cause)
