"""PostgreSQL of the golden image's version, for one test: gone afterwards.

Needs root: the image is read-only, so what runs does so in an overlay of it, in a
mount namespace that ends with it.
"""

from __future__ import annotations

import base64
import io
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

from ndc.settings import settings
from toolchain.build import ensure_image

_STORY_SECONDS = 120
_MOUNT = """
set -eu
umask 022
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
_LOADED = """
import sys, {module}
print(*(m.__file__ for m in sys.modules.values() if getattr(m, "__file__", "") and
        m.__name__.split(".")[0] in ("core", "dr", "inventory", "access")))
"""


def inside(folder: Path, script: str, argument: str = "") -> list[str | Path]:
    """Return what runs ``script`` as postgres in an overlay of the image, kept in ``folder``.

    The script finds ``argument`` as ``$0``, and PostgreSQL's programs on its path.
    """
    root = ensure_image(settings().cache, lambda _: None).path
    return ["unshare", "--mount", "sh", "-c", _MOUNT, "sh", root, folder, script, argument]


@contextmanager
def scratch_postgres(folder: Path) -> Iterator[str]:
    """Yield the connection string of an empty database; ``folder`` is an empty folder."""
    port = _free_port()
    command = inside(folder, _SERVER, str(port))
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        finally:
            server.send_signal(SIGINT)
            server.wait(20)


def sections_of(folder: Path, story: str, argument: str = "") -> Mapping[str, str]:
    """Return what ``story`` printed below each heading ``== …``, told as ``inside`` says.

    Its servers are daemons: they end with their process namespace, however the story ends.
    """
    alone = ["unshare", "--pid", "--fork", "--kill-child"]
    command = alone + inside(folder, story, argument)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=_STORY_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sections = (part.partition("\n") for part in done.stdout.split("== ")[1:])
    return {heading: text for heading, _, text in sections}


def program_as_text(module: str) -> str:
    """Return ``module`` of ours and all that it imports, zipped, as text for a script."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(module=module)],
        cwd=settings().home,
        capture_output=True,
        text=True,
        check=True,
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as ours:
        for name in done.stdout.split():
            ours.write(name, Path(name).relative_to(settings().home))
    return base64.b64encode(buffer.getvalue()).decode()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
