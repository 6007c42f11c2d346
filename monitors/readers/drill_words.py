"""How each drill last went, as etcd keeps it."""

from __future__ import annotations

from core.errors import JournalCorrupt, NotSeen
from dr.drills.cadence import DrillProof, read_proof
from inventory.etcd import drill_word, drills
from inventory.names import DrillName, EnvironmentName
from monitors.readers.quorum_keys import QuorumKeys

Last = dict[DrillName, DrillProof]


async def last_words(
    keys: QuorumKeys, environment: EnvironmentName, names: list[DrillName]
) -> tuple[Last, Last]:
    """Return when each drill of ``names`` last went well, and when it last failed; else nothing.

    Raises:
        NotSeen: etcd did not tell, or what it keeps cannot be read.
    """
    kept = {pair.key: pair.value for pair in await keys.under(drills(environment))}
    try:
        proved, failed = (
            {
                name: read_proof(kept[key], key)
                for name in names
                if (key := drill_word(environment, name, passed=passed)) in kept
            }
            for passed in (True, False)
        )
    except JournalCorrupt as error:
        raise NotSeen(error.what, refused=True, actual=error.actual) from error
    return proved, failed
