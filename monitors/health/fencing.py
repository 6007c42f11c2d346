"""What is not as it should be with whoever can take the power of hosts away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.names import HostName
from monitors.health.concern import Concern, Condition

FENCING = "fencing"


def of_fencing(unfenced: Collection[HostName], hosts: int) -> Iterator[Concern]:
    """Yield that a loss cannot be proved soon, of ``unfenced`` among so many ``hosts``.

    It stays so until a person mends the way to the port.
    """
    if unfenced:
        which = "every host" if len(unfenced) == hosts else ", ".join(sorted(unfenced))
        sentence = (
            f"unavailable: nobody answers for the power of {which}; "
            "a loss there is proved by a lease's end alone; next: ndc lab status"
        )
        yield Concern(FENCING, Condition.WARNING, sentence, FENCING)
