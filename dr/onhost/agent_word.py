"""What an agent tells of itself, in a file that the host's exporter reads: nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

LOOKED: Final = "ndc_agent_looked_timestamp_seconds"
REFUSED: Final = "ndc_agent_refused"
SERVES: Final = "ndc_agent_serves"


def word(at: datetime, *, refused: bool, serves: Mapping[str, bool]) -> str:
    """Return the text of the file: metrics, as Prometheus reads them.

    ``at`` is when the agent looked last. ``refused`` says whether etcd turned it away then, and
    ``serves`` whether each service that is announced here answers here.
    """
    lines = [f"{LOOKED} {at.timestamp()}", f"{REFUSED} {int(refused)}"]
    lines += [f'{SERVES}{{service="{name}"}} {int(well)}' for name, well in sorted(serves.items())]
    return "\n".join(lines) + "\n"
