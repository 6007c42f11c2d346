"""What is not as it should be with whoever can take the power of hosts away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from inventory.names import HostName
from monitors.health.concern import Concern, Condition
from monitors.health.watch import WatchView

FENCING = "fencing"


def of_fencing(
    unfenced: Collection[HostName], hosts: int, watch: WatchView | None
) -> Iterator[Concern]:
    """Yield that a loss cannot be proved soon: by this look, by what controllers say, or by both.

    ``unfenced`` are those of so many ``hosts`` whose power nobody told this look. It stays so until
    a person mends the way to the port.
    """
    missing = []
    if unfenced:
        which = "every host" if len(unfenced) == hosts else ", ".join(sorted(unfenced))
        missing.append(f"nobody answers for the power of {which}")
    if watch is not None and watch.judgement is not None and watch.judgement.fencing:
        missing.append(f"nobody tells controllers who has power ({watch.judgement.fencing})")
    if missing:
        sentence = (
            f"unavailable: {', and '.join(missing)}; "
            "a loss there is proved by a lease's end alone; next: ndc lab status"
        )
        yield Concern(FENCING, Condition.WARNING, sentence, FENCING)
