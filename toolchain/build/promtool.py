"""promtool, which checks and tests the rules of Prometheus; hosts get it with Prometheus itself."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from core.text import Say
from toolchain.build.cache import Recipe, digest_of, made
from toolchain.build.workshop import Workshop

_PACKAGE = "prometheus"


def ensure_promtool(cache: Path, say: Say) -> Path:
    """Return the installed promtool, or the one of Debian's package, unpacked and not installed.

    Installed, the package would start a server on the operator's machine.

    Raises:
        Rejected: it could not be fetched; the next step names the log.
    """
    if installed := shutil.which("promtool"):
        return Path(installed)
    recipe = Recipe(
        kind="promtool",
        what="promtool",
        digest=digest_of([(_PACKAGE, b"usr/bin/promtool")]),
        expected=timedelta(seconds=10),
        needed_bytes=2**29,
        yields="promtool",
    )

    def build(workshop: Workshop) -> None:
        draft = workshop.draft
        # as root, apt would fetch as a user who may not write here
        words = ("--option", "APT::Sandbox::User=root", "download", _PACKAGE)
        workshop.run("fetching Debian's package of Prometheus", "apt-get", *words)
        (package,) = draft.glob("*.deb")
        workshop.run("unpacking it", "dpkg-deb", "--extract", package, "unpacked")
        (draft / "unpacked/usr/bin/promtool").rename(draft / "promtool")
        package.unlink()
        shutil.rmtree(draft / "unpacked")

    return made(cache, recipe, build, say) / "promtool"
