"""PostgreSQL of the golden image's version, for one test: gone afterwards.

Needs root: the image is read-only, so what runs does so in an overlay of it, in a
mount namespace that ends with it.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

from ndc.settings import CACHE

_MOUNT = """
set -eu
mount -t tmpfs none "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay none -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount -t proc none "$2/root/proc"
mount --bind /dev "$2/root/dev"
exec chroot "$2/root" setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig=INT \
  env LC_ALL=C.UTF-8 PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin sh -ec "$3" "$4"
"""
_SERVER = """
export PGDATA=/tmp/data
initdb --auth=trust >/dev/null
exec postgres -h 127.0.0.1 -p "$0" -k /tmp -c fsync=off
"""


def image_root() -> Path | None:
    """Return the newest golden image in the cache, or None."""
    found = (path for path in (CACHE / "image").glob("*/root") if _has_postgres(path))
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def inside(root: Path, folder: Path, script: str, argument: str = "") -> list[str | Path]:
    """Return what runs ``script`` as postgres in an overlay of ``root``, kept in ``folder``.

    The script finds ``argument`` as ``$0``, and PostgreSQL's programs on its path.
    """
    return ["unshare", "--mount", "sh", "-c", _MOUNT, "sh", root, folder, script, argument]


@contextmanager
def scratch_postgres(root: Path, folder: Path) -> Iterator[str]:
    """Yield the connection string of an empty database; ``folder`` is an empty folder."""
    port = _free_port()
    command = inside(root, folder, _SERVER, str(port))
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        finally:
            server.send_signal(SIGINT)
            server.wait(20)


def _has_postgres(root: Path) -> bool:
    return (root / "usr/lib/postgresql/15/bin/postgres").exists()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
