"""``ndc-tags``: let this host's member of a database lead or be waited for, or neither again.

    python -I -m dr.onhost.tags_main DATABASE allow|widen|forbid EPOCH RUN

Run as root over SSH by a recovery, on a host whose copy is declared never to lead by itself.
Patroni reads a folder: what ``ndc up`` declares, and after it the file that is written here, which
nobody else writes or removes. It says under which epoch it was written, and by which run; an older
one is refused, and so is what a run sent before it put all back. Prints one line of JSON: that the
member was told, or why it was refused.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from core import files, host_paths
from core.errors import NdcError
from core.runs.plan import RunName
from core.surroundings import surroundings
from dr.hosts.leave import Leave, Permit, leave_text

_BOUND_SECONDS: Final = 10
_EPOCH: Final = "# epoch "
_MEANS: Final = {
    Leave.ALLOW: "tags: {nofailover: false, nosync: false}\n",
    # where it had more than all others it would lead: it gives the key back, and a person decides
    Leave.WIDEN: "tags: {nofailover: false, nosync: false}\n"
    "postgresql: {pre_promote: /bin/false}\n",
    Leave.FORBID: "{}\n",  # as it is declared
}


def main() -> None:
    """Do what argv says."""
    database, leave, epoch, run = sys.argv[1:]
    folder = Path(host_paths.patroni_folder(database))
    permit = Permit(Leave(leave), int(epoch), RunName(run))
    refusal = refused(folder, permit)
    if refusal is None:
        try:
            write(folder, permit)
        except NdcError as error:
            sys.exit(str(error))
        # also where it was written already: who wrote it may have been stopped before this
        reload = ["systemctl", "reload", f"patroni-{database}.service"]
        subprocess.run(reload, env=surroundings(), check=True, timeout=_BOUND_SECONDS)
    sys.stdout.write(leave_text(refusal) + "\n")


def refused(folder: Path, permit: Permit) -> str | None:
    """Return why ``permit`` is not written into ``folder``; None: it may be."""
    text = files.read_if_there(folder / host_paths.PATRONI_LEAVE)
    if text is None:
        return None
    first = text.partition("\n")[0].removeprefix(_EPOCH)
    match first.split(" "):
        case [epoch, leave, run] if epoch.isdecimal():
            return Permit(Leave(leave), int(epoch), RunName(run)).against(permit)
        case [epoch] if epoch.isdecimal():  # of who did not say which run it was
            return Permit(Leave.ALLOW, int(epoch), RunName("")).against(permit)
        case _:
            return f"somebody else wrote {first[:80]}"


def write(folder: Path, permit: Permit) -> None:
    """Write what ``permit`` means into ``folder``; it is on disk when this returns.

    Raises:
        Rejected: it cannot be written.
    """
    first = f"{_EPOCH}{permit.epoch} {permit.leave} {permit.run}\n"
    files.write(folder / host_paths.PATRONI_LEAVE, first + _MEANS[permit.leave])


if __name__ == "__main__":
    main()
