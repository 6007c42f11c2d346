"""``python -m routing.onhost.detour_end HOST_FILE``: uses every link of this router again.

systemd runs it after each end of ndc-detour, whatever brought that about.
"""

from __future__ import annotations

import asyncio
import sys

from access.this_host import this_host_of_arguments
from core.errors import NotSeen
from routing.onhost.detour_main import detour_of


def main() -> None:
    """Use every link again; four lines for the journal, and a failure, if the router does not."""
    detour = detour_of(this_host_of_arguments("routing.onhost.detour_end"))
    try:
        asyncio.run(detour.end())
    except NotSeen as error:
        sys.exit("\n".join(error.lines()))


if __name__ == "__main__":
    main()
