"""The golden image: the root file system that every host of the lab boots."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.errors import Rejected
from core.text import Say
from toolchain.build import golden
from toolchain.build.cache import Recipe, contents, digest_of, made
from toolchain.build.etcd import ensure_etcd
from toolchain.build.lists import names_in
from toolchain.build.places import CHECKOUT, TOOLCHAIN
from toolchain.build.sources import debian_sources
from toolchain.build.workshop import Workshop
from toolchain.finding import OK
from toolchain.lab_needs import distribution, root

CODENAME = "bookworm"

_DEFINITION = TOOLCHAIN / "image"
_BOOTSTRAP = (
    "mmdebstrap",
    "--mode=root",
    "--variant=minbase",
    "--format=directory",
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=force-unsafe-io",  # the draft is synchronised once, when it is whole
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)


@dataclass(frozen=True, slots=True)
class Image:
    """A root file system; nothing may write to it, because hosts that run lie over it."""

    path: Path
    digest: str
    """of everything that defines it"""


def ensure_image(cache: Path, say: Say) -> Image:
    """Return the golden image of this checkout, built if the cache lacks it.

    Raises:
        Rejected: this machine cannot build it, or a step failed; nothing is left half-built.
    """
    digest = _digest()
    recipe = Recipe(
        kind="image",
        what="the golden image",
        digest=digest,
        expected=timedelta(seconds=80),
        needed_bytes=3 * 2**30,
        yields="root/usr/lib/os-release",
    )

    def build(workshop: Workshop) -> None:
        _demand_machine()
        _bootstrap(workshop)
        root = workshop.draft / "root"
        golden.customise(workshop, root, _DEFINITION)
        golden.add_libraries(workshop, root, CHECKOUT / "requirements-host.lock")
        golden.add_etcd(root, ensure_etcd(cache, say))
        golden.forget(root)

    return Image(made(cache, recipe, build, say) / "root", digest)


def _digest() -> str:
    """Hash the definition and the code that carries it out; not Debian's daily state."""
    files = contents(
        CHECKOUT,
        _DEFINITION,
        TOOLCHAIN / "etcd",
        CHECKOUT / "requirements-host.lock",
        Path(golden.__file__),
        Path(__file__),
    )
    return digest_of([*files, ("places", golden.PLACES.encode())])


def _bootstrap(workshop: Workshop) -> None:
    """Install the packages into ``root`` of the draft, from this machine's apt sources."""
    sources = workshop.draft / "apt.sources"
    sources.write_text(_sources(), "utf-8")
    packages = ",".join(names_in(_DEFINITION / "packages.txt"))
    workshop.run(
        "installing Debian's packages into the image",
        *_BOOTSTRAP,
        f"--include={packages}",
        CODENAME,
        workshop.draft / "root",
        sources,
    )


def _sources() -> str:
    if text := debian_sources(CODENAME):
        return text
    raise Rejected(
        f"this machine has no apt source of Debian {CODENAME}",
        expected=f"suite {CODENAME}, component main, in /etc/apt",
        actual="none of the sources there",
        next_step=f"add a mirror of Debian {CODENAME} to /etc/apt/sources.list.d, "
        "then run the command again",
    )


def _demand_machine() -> None:
    release = Path("/etc/os-release").read_text("utf-8")
    for finding in (distribution(release, platform.machine()), root(os.geteuid())):
        if finding.verdict != OK:
            raise Rejected(
                "the golden image cannot be built here",
                expected=finding.expected,
                actual=finding.actual,
                next_step=finding.next_step,
            )
