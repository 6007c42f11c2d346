"""``ndc-tags``: let this host's member of a database lead, or bar it again as it is declared.

    python -I -m dr.onhost.tags_main DATABASE allow|forbid EPOCH

Run as root over SSH by a recovery, on a host whose copy is declared never to lead by itself.
Patroni reads a folder: what ``ndc up`` declares, and after it the file that is written here, which
nobody else writes or removes. It says under which epoch it was written; an older one is refused.
Prints one line of JSON: what the member was told, or why it was refused.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from core import files, host_paths
from core.errors import NdcError
from dr.leave import Leave, leave_text

_BOUND_SECONDS: Final = 10
_EPOCH: Final = "# epoch "
_MEANS: Final = {
    Leave.ALLOW: "tags: {nofailover: false, nosync: false}\n",
    Leave.FORBID: "{}\n",  # as it is declared
}


def main() -> None:
    """Do what argv says."""
    database, leave, epoch = sys.argv[1:]
    folder = Path(host_paths.patroni_folder(database))
    refusal = refused(folder, int(epoch))
    if refusal is None:
        try:
            write(folder, Leave(leave), int(epoch))
        except NdcError as error:
            sys.exit(str(error))
        # also where it was written already: who wrote it may have been stopped before this
        reload = ["systemctl", "reload", f"patroni-{database}.service"]
        subprocess.run(reload, check=True, timeout=_BOUND_SECONDS)
    sys.stdout.write(leave_text(refusal) + "\n")


def refused(folder: Path, epoch: int) -> str | None:
    """Return why nothing is written under ``epoch`` into ``folder``; None: it may be."""
    text = files.read_if_there(folder / host_paths.PATRONI_LEAVE) or f"{_EPOCH}0\n"
    first = text.partition("\n")[0].removeprefix(_EPOCH)
    if first.isdecimal() and int(first) <= epoch:
        return None
    return f"epoch {epoch} is older than {first[:80]}"


def write(folder: Path, leave: Leave, epoch: int) -> None:
    """Write what ``leave`` means into ``folder``; it is on disk when this returns.

    Raises:
        Rejected: it cannot be written.
    """
    files.write(folder / host_paths.PATRONI_LEAVE, f"{_EPOCH}{epoch}\n{_MEANS[leave]}")


if __name__ == "__main__":
    main()
