"""What an agent tells of itself, in a file that the host's exporter reads: nobody is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

LOOKED: Final = "ndc_agent_looked_timestamp_seconds"
REFUSED: Final = "ndc_agent_refused"
SERVES: Final = "ndc_agent_serves"
STANDS_OUT: Final = "ndc_agent_stands_out"


def word(
    at: datetime, *, refused: bool, serves: Mapping[str, bool], out: Collection[str] = ()
) -> str:
    """Return the text of the file: metrics, as Prometheus reads them.

    ``at`` is when the agent looked last. ``refused`` says whether etcd turned it away then, and
    ``serves`` whether each service that is announced here answers here; ``out`` are those that are
    placed at this site and not announced here, since nobody would be served.
    """
    lines = [f"{LOOKED} {at.timestamp()}", f"{REFUSED} {int(refused)}"]
    lines += [f'{SERVES}{{service="{name}"}} {int(well)}' for name, well in sorted(serves.items())]
    lines += [f'{STANDS_OUT}{{service="{name}"}} 1' for name in sorted(out)]
    return "\n".join(lines) + "\n"
