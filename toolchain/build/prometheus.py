"""Programs of Prometheus that the checks ask; hosts get them with Prometheus itself."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from core.text import Say
from toolchain.build.cache import Recipe, digest_of, made
from toolchain.build.workshop import Workshop


def ensure_promtool(cache: Path, say: Say) -> Path:
    """Return promtool, which checks and tests rules.

    Raises:
        Rejected: it could not be fetched; the next step names the log.
    """
    return _ensured("promtool", "prometheus", cache, say)


def ensure_alertmanager(cache: Path, say: Say) -> Path:
    """Return Alertmanager's server.

    Raises:
        Rejected: it could not be fetched; the next step names the log.
    """
    return _ensured("prometheus-alertmanager", "prometheus-alertmanager", cache, say)


def _ensured(program: str, package: str, cache: Path, say: Say) -> Path:
    """Return the installed program, or that of Debian's package, unpacked and not installed.

    Installed, the package would start a server on the operator's machine.
    """
    if installed := shutil.which(program):
        return Path(installed)
    recipe = Recipe(
        kind=program,
        what=program,
        digest=digest_of([(package, b"unpacked")]),
        expected=timedelta(seconds=10),
        needed_bytes=2**29,
        yields=f"usr/bin/{program}",
    )

    def build(workshop: Workshop) -> None:
        draft = workshop.draft
        # as root, apt would fetch as a user who may not write here
        words = ("--option", "APT::Sandbox::User=root", "download", package)
        workshop.run(f"fetching Debian's {package}", "apt-get", *words)
        (fetched,) = draft.glob("*.deb")
        workshop.run("unpacking it", "dpkg-deb", "--extract", fetched, ".")
        fetched.unlink()

    return made(cache, recipe, build, say) / "usr/bin" / program
