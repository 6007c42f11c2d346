"""``ndc-lease``: no member of this host writes after its lease has ended.

    python -I -m dr.onhost.lease_main SECONDS DATABASE...

It runs as PostgreSQL's account. ``SECONDS`` are how long after a renewal a leader may write.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from pathlib import Path

from core import host_paths
from core.system_clock import SystemClock
from dr.onhost.lease_watch import LeaseWatch
from dr.onhost.postmaster import Postmaster

EVERY = timedelta(milliseconds=500)
_log = logging.getLogger("ndc-lease")


def main() -> None:
    """Watch until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    seconds, *databases = sys.argv[1:]
    clock, length = SystemClock(), timedelta(seconds=float(seconds))
    folder, copies = Path(host_paths.LEASES), Path(host_paths.POSTGRESQL_COPIES)
    watches = [
        LeaseWatch.begun(name, folder, Postmaster(copies / name), length, clock.elapsed())
        for name in databases
    ]
    while True:
        for watch in watches:
            for sentence in watch.look(clock.elapsed()):
                _log.warning("%s", sentence)
        clock.sleep(EVERY)


if __name__ == "__main__":
    main()
