"""The Pulumi CLI, of the version of the Python SDK that drives it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

from core.errors import Rejected
from core.surroundings import surroundings
from core.text import Say
from toolchain.build.cache import Recipe, made
from toolchain.build.golang import Module, compile_module, ensure_go
from toolchain.build.workshop import Workshop

VERSION = "v3.259.0"

_STAMP = f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
MODULE = Module(
    name="pulumi",
    packages=("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",),
    # unstamped it says that it has no version, and the Automation API refuses it
    flags=("-tags", "osusergo,grpcnotrace", "-ldflags", f"-w -s -X {_STAMP}"),
)


def ensure_pulumi(cache: Path, say: Say) -> Path:
    """Return the executable: the one on PATH if its version fits, else one built from source.

    Raises:
        Rejected: it could not be built; the next step names the log.
    """
    program = shutil.which("pulumi")
    if program and _version(Path(program)) == VERSION:
        return Path(program)
    recipe = Recipe(
        kind="pulumi",
        what=f"the Pulumi CLI {VERSION}",
        digest=MODULE.digest,
        expected=timedelta(minutes=5),
        needed_bytes=5 * 2**30,
        yields="pulumi",
    )

    def build(workshop: Workshop) -> None:
        compile_module(workshop, MODULE, ensure_go(cache, say))
        _demand_version(workshop.draft / "pulumi")

    return made(cache, recipe, build, say) / "pulumi"


def _demand_version(pulumi: Path) -> None:
    version = _version(pulumi)
    if version != VERSION:
        raise Rejected(
            "the Pulumi CLI that was built is another one",
            expected=VERSION,
            actual=version or "no version",
            next_step="let toolchain/pulumi/go.mod and the version in "
            "toolchain/build/pulumi.py name the same",
        )


def _version(pulumi: Path) -> str:
    """Return the version that ``pulumi`` prints; empty if it cannot be run."""
    try:
        result = subprocess.run(
            [pulumi, "version"],
            env=surroundings(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return ""
    return result.stdout.strip()
