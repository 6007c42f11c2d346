"""A host with the golden image's programs, for one test: its own root, network and processes.

Needs root. What runs does so in an overlay of the image, and ends with its namespaces.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from core.host_paths import HostPath
from ndc.settings import settings
from toolchain.build import ensure_image

_BOUND_SECONDS: Final = 120
"""for a hang"""
_NEXT: Final = "=== next"
_MOUNT: Final = """
set -eu
umask 022
mkdir "$3"
mount -t tmpfs none "$3"
mkdir "$3/upper" "$3/work" "$3/root"
mount -t overlay none -o "lowerdir=$1,upperdir=$3/upper,workdir=$3/work" "$3/root"
mount -t proc none "$3/root/proc"
mount --bind /dev "$3/root/dev"
cp -r --no-preserve=ownership "$2/." "$3/root/"
ip link set lo up
exec chroot "$3/root" sh -euc "$4"
"""


def answers(
    folder: Path, files: Mapping[HostPath, str], begin: str, asked: Sequence[str]
) -> list[str]:
    """Return what each command of ``asked`` printed on a host that holds ``files``.

    ``folder`` is an empty folder. ``begin`` is run before them; what it starts in the background
    ends with the last of them.
    """
    for path, text in files.items():
        place = folder / "files" / path.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    told = "".join(f"echo '{_NEXT}'\n{command}\n" for command in asked)
    root = ensure_image(settings().cache, lambda _: None).path
    alone = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    words = (root, folder / "files", folder / "host", f"{begin}\n{told}")
    done = subprocess.run(
        [*alone, "sh", "-c", _MOUNT, "sh", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=_BOUND_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [part.strip() for part in done.stdout.split(f"{_NEXT}\n")[1:]]
