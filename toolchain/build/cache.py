"""Built things, each in a folder named by the hash of all that defines it.

A folder appears under its name only when it is whole: it is built beside, in a
draft, and renamed. Whoever finds a draft under the lock knows that its builder
is gone, and throws it away.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core import text
from core.errors import Rejected
from core.locks import Lock
from core.system_clock import SystemClock
from toolchain.build.workshop import Say, Workshop

_DRAFT = ".draft-"
_ANOTHER_BUILD = timedelta(hours=1)
"""whoever waits this long waits for a process that hangs"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be built, and what it takes."""

    kind: str
    """the folder of the cache that holds all versions of it"""
    what: str
    """how a person calls it: "the golden image" """
    digest: str
    """of everything that defines it"""
    expected: timedelta
    """how long it takes on two cores, from nothing"""
    needed_bytes: int
    """free space without which there is no point in beginning"""
    yields: str = "*"
    """a pattern of what is in the folder for certain; a folder without it was torn by somebody"""


def made(cache: Path, recipe: Recipe, build: Callable[[Workshop], None], say: Say) -> Path:
    """Return the folder that holds what the recipe says, built now if it is not there.

    Two callers at once build it once: the second waits for the first.

    Raises:
        Rejected: there is no space, or the build failed; the cache is as before, and the
            next step names the build's log.
        Unreachable: another process has been building it for an hour.
    """
    whole = cache.absolute() / recipe.kind / recipe.digest
    if _is_whole(whole, recipe):
        return whole
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with Lock(whole.parent / ".lock") as lock:
            _take(lock, recipe, say)
            if not _is_whole(whole, recipe):
                _discard([*whole.parent.glob(_DRAFT + "*"), whole])
                _demand_space(whole.parent, recipe)
                _build(whole, recipe, build, say, lock.descriptor)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Rejected(
            f"{recipe.what} cannot be kept in the cache",
            expected=f"a folder {whole.parent} that this user may write to",
            actual=getattr(error, "strerror", None) or str(error),
            next_step="make room or mend the permissions, or set XDG_CACHE_HOME to another "
            "folder; then run the command again",
        ) from error
    return whole


def _is_whole(folder: Path, recipe: Recipe) -> bool:
    return any(folder.glob(recipe.yields))


def digest_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of named contents, in the order of their names."""
    total = hashlib.sha256()
    for name, content in sorted(parts):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def contents(root: Path, *paths: Path) -> list[tuple[str, bytes]]:
    """Return name and content of each file, and of each file under a folder; bytecode left out."""
    files = [
        file
        for path in paths
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    return [(str(file.relative_to(root)), file.read_bytes()) for file in files]


def _build(
    whole: Path, recipe: Recipe, build: Callable[[Workshop], None], say: Say, lock: int
) -> None:
    draft = whole.with_name(_DRAFT + recipe.digest)
    draft.mkdir()
    log = whole.with_name(f"{recipe.digest}.log")
    log.unlink(missing_ok=True)
    clock = SystemClock()
    began = clock.elapsed()
    say(f"building {recipe.what} (about {text.age(recipe.expected)})")
    build(Workshop(draft=draft, log=log, say=say, clock=clock, lock=lock))
    # a folder must not survive a power cut under its final name with empty files in it
    subprocess.run(["sync", "--file-system", draft], check=True)
    draft.rename(whole)
    log.unlink(missing_ok=True)
    say(f"built {recipe.what} in {(clock.elapsed() - began).total_seconds():.0f} s")


def _take(lock: Lock, recipe: Recipe, say: Say) -> None:
    """Hold the lock on one kind of built thing."""
    if not lock.take():
        say(f"waiting: another process is building {recipe.what}")
        lock.wait(SystemClock(), _ANOTHER_BUILD, what="the end of the other build")


def _discard(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.exists():
            _demand_no_mounts(folder)
            shutil.rmtree(folder)


def _demand_no_mounts(draft: Path) -> None:
    # removing a tree into which the machine's /dev is mounted would remove the machine's
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [point for point in mounted if Path(point).is_relative_to(draft)]
    if inside:
        raise Rejected(
            "a half-built folder cannot be thrown away",
            expected=f"no mount under {draft}",
            actual=", ".join(inside),
            next_step=f"umount {' '.join(reversed(inside))}, then run the command again",
        )


def _demand_space(folder: Path, recipe: Recipe) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < recipe.needed_bytes:
        raise Rejected(
            f"there is no room to build {recipe.what}",
            expected=f"{text.size(recipe.needed_bytes, binary=True)} free in {folder}",
            actual=text.size(free_bytes, binary=True),
            next_step="free some space (all of this cache may be deleted while no lab runs), "
            "or set XDG_CACHE_HOME to a larger file system; then run the command again",
        )
