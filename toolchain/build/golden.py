"""What turns Debian's packages into the golden image: small steps, each leaving a whole tree."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from core.host_paths import POSTGRESQL_VERSION, PYTHON, VENV
from toolchain.build.lists import names_in
from toolchain.build.workshop import Workshop

PLACES: Final = f"{VENV} {PYTHON} {POSTGRESQL_VERSION}"
"""what the image takes from ``core.host_paths``: another text is another image"""

_NEVER_SHARED = (
    "etc/hostname",
    "etc/resolv.conf",
    "etc/ssh/ssh_host_*",
    "etc/ssl/private/ssl-cert-snakeoil.key",
    "etc/ssl/certs/ssl-cert-snakeoil.pem",
    "var/lib/dbus/machine-id",
    "var/lib/systemd/random-seed",
)
"""made by the packages or copied from this machine; every host would have the same"""

_NOT_NEEDED = (
    "etc/apt/sources.list*",
    "etc/motd",
    "etc/update-motd.d",
    "etc/nginx/sites-enabled/default",
    f"etc/postgresql/{POSTGRESQL_VERSION}",
    "var/cache/apt/*",
    "var/lib/apt/lists/*",
    f"var/lib/postgresql/{POSTGRESQL_VERSION}",
    "var/log/*.log",
    "var/log/*/*.log",
)
"""Debian's examples, and what only apt needs: a host has no way to a mirror"""


def customise(workshop: Workshop, root: Path, definition: Path) -> None:
    """Place our files, the routers' user and the units that start at boot."""
    shutil.copytree(definition / "files", root, dirs_exist_ok=True)
    inside = ("chroot", root)
    workshop.run(
        "adding the routers' user",
        *inside,
        *("useradd", "--create-home", "--shell", "/usr/bin/vtysh", "--groups", "frr,frrvty"),
        "netops",
    )
    workshop.run("choosing units", *inside, "systemctl", "--root=/", "preset-all")
    masked = names_in(definition / "masked.txt")
    workshop.run("masking units", *inside, "systemctl", "--root=/", "mask", *masked)


def add_libraries(workshop: Workshop, root: Path, lock: Path) -> None:
    """Make ``VENV``, and install what the lock file pins, hashes checked."""
    venv = root / VENV.relative_to("/")
    workshop.run(
        "making the virtual environment",
        *("chroot", root, "python3", "-m", "venv", "--without-pip", str(VENV)),
    )
    workshop.run(
        "installing Python libraries into the image",
        *(sys.executable, "-m", "uv", "pip", "install", "--prefix", venv),
        # links would make the image share its files with the user's cache
        *("--link-mode", "copy", "--require-hashes", "--requirements", lock),
    )
    _point_scripts_at_the_venv(venv / "bin")
    workshop.run(
        "compiling Python libraries",
        *(sys.executable, "-m", "compileall", "-q", "-j", "0", "-s", root, "-p", "/", venv / "lib"),
    )


def add_etcd(root: Path, programs: Path) -> None:
    """Copy etcd, etcdctl and etcdutl to where a host finds them."""
    for program in programs.iterdir():
        shutil.copy(program, root / "usr/local/bin")


def forget(root: Path) -> None:
    """Remove what two hosts must not share, and what none needs."""
    for pattern in (*_NEVER_SHARED, *_NOT_NEEDED):
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    # empty: systemd makes an identity at boot; missing: it would also apply presets again
    (root / "etc/machine-id").write_bytes(b"")
    (root / "etc/resolv.conf").write_bytes(b"")


def _point_scripts_at_the_venv(folder: Path) -> None:
    """Scripts were written for the interpreter that installed them."""
    for script in folder.iterdir():
        if script.is_symlink():
            continue
        first, end, rest = script.read_bytes().partition(b"\n")
        if first.startswith(b"#!") and b"python" in first:
            script.write_bytes(f"#!{PYTHON}".encode() + end + rest)
