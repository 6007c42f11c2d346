"""``ndc-lease``: no member of this host writes after its lease has ended, or leads without a disk.

    python -I -m dr.onhost.lease_main HOST ADDRESS SECONDS DATABASE=PORT...

It runs as PostgreSQL's account. ``SECONDS`` are how long after a renewal a leader may write;
``PORT`` is that of the member's Patroni at the host's ``ADDRESS``. It also tells which members
stay apart and whose disks take no writes, on a page that the node exporter of ``HOST`` reads.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from core import host_paths
from core.clock import Clock
from core.errors import NdcError
from core.system_clock import SystemClock
from dr.onhost.disk_watch import EVERY as DISKS_EVERY
from dr.onhost.disk_watch import DiskWatch
from dr.onhost.lease_watch import LeaseWatch
from dr.onhost.member_page import MemberPage
from dr.onhost.postmaster import Postmaster

EVERY = timedelta(milliseconds=500)
_log = logging.getLogger("ndc-lease")


def main() -> None:
    """Watch until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    host, address, seconds, *members = sys.argv[1:]
    ports = dict(member.split("=") for member in members)
    clock, folder = SystemClock(), Path(host_paths.LEASES)
    servers = {name: Postmaster(Path(host_paths.POSTGRESQL_COPIES, name)) for name in ports}
    disks = [
        DiskWatch(server.data, server, partial(_in_step, f"https://{address}:{ports[name]}"))
        for name, server in servers.items()
    ]
    for disk in disks:
        _in_thread(partial(_again_and_again, disk.tried, clock))
    page = MemberPage(host, disks, folder / "members.prom")
    _in_thread(partial(_again_and_again, partial(_tell, page, disks), clock))
    length = timedelta(seconds=float(seconds))
    _guard(
        [LeaseWatch.begun(n, folder, s, length, clock.elapsed()) for n, s in servers.items()], clock
    )


def _guard(watches: Sequence[LeaseWatch], clock: Clock) -> None:
    """Look after leases, and let nothing else come between two looks."""
    while True:
        for watch in watches:
            for sentence in watch.look(clock.elapsed()):
                _log.warning("%s", sentence)
        clock.sleep(EVERY)


def _tell(page: MemberPage, disks: Sequence[DiskWatch], clock: Clock) -> None:
    for disk in disks:
        for sentence in disk.look(clock.elapsed()):
            _log.warning("%s", sentence)
    page.write_if_other(clock.elapsed())


def _again_and_again(act: Callable[[Clock], None], clock: Clock) -> None:
    while True:
        act(clock)
        clock.sleep(DISKS_EVERY)


def _in_thread(run: Callable[[], None]) -> None:
    """Let ``run`` go on beside all else: a disk that hangs holds up nobody but itself."""
    threading.Thread(target=run, daemon=True).start()


def _in_step(root: str) -> bool:
    """Tell whether a commit waits for a standby that may lead, as the member's Patroni knows."""
    # a client for HTTPS costs 30 MB, on every host, for what is asked on a bad day
    from access.clients import http, patroni  # noqa: PLC0415 - see above

    authority, certificate, key = map(
        Path, (host_paths.AUTHORITY, host_paths.CERTIFICATE, host_paths.KEY)
    )
    try:
        with http.client(http.mutual_tls(authority, certificate, key)) as over:
            members = patroni.cluster(over, root).members
    except NdcError:
        return False
    return any(m.synchronous and m.streams and not m.barred for m in members)


if __name__ == "__main__":
    main()
