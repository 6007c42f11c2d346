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


_PROGRAM, _FILE = 0o755, 0o644
"""modes: those of the checkout and of the cache are as private as a person is"""


def customise(workshop: Workshop, root: Path, definition: Path) -> None:
    """Place our files, the routers' user and the units that start at boot."""
    place(definition / "files", root)
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


def place(files: Path, root: Path) -> None:
    """Copy all below ``files`` into ``root``, for everybody to read; folders that exist stay so."""
    for source in sorted(files.rglob("*")):
        target = root / source.relative_to(files)
        if not source.is_dir():
            shutil.copyfile(source, target)
            target.chmod(_FILE)
        elif not target.exists():
            target.mkdir()
            target.chmod(_PROGRAM)


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
    # files came with the modes that they have in the user's cache
    workshop.run("letting everybody read", "chmod", "--recursive", "u=rwX,go=rX", venv)
    _point_scripts_at_the_venv(venv / "bin")
    workshop.run(
        "compiling Python libraries",
        *(sys.executable, "-m", "compileall", "-q", "-j", "0", "-s", root, "-p", "/", venv / "lib"),
    )


def add_etcd(root: Path, programs: Path) -> None:
    """Copy etcd, etcdctl and etcdutl to where a host finds them."""
    for program in programs.iterdir():
        target = root / "usr/local/bin" / program.name
        shutil.copyfile(program, target)
        target.chmod(_PROGRAM)


def forget(root: Path) -> None:
    """Remove what two hosts must not share, and what none needs."""
    for pattern in (*_NEVER_SHARED, *_NOT_NEEDED):
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    # empty: systemd makes an identity at boot; missing: it would also apply presets again
    for name in ("etc/machine-id", "etc/resolv.conf"):
        (root / name).write_bytes(b"")
        (root / name).chmod(_FILE)


def _point_scripts_at_the_venv(folder: Path) -> None:
    """Scripts were written for the interpreter that installed them."""
    for script in folder.iterdir():
        if script.is_symlink():
            continue
        first, end, rest = script.read_bytes().partition(b"\n")
        if first.startswith(b"#!") and b"python" in first:
            script.write_bytes(f"#!{PYTHON}".encode() + end + rest)
