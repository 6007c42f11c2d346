"""Built things, each in a folder named by the hash of all that defines it.

A folder appears under its name only when it is whole: it is built in a draft beside,
and renamed. The builder holds a lock. So a draft without a lock is of a builder that
died, and is thrown away.

A recipe of the tool chain is a value and a function that fills the draft::

    def ensure_hello(cache: Path, say: Say) -> Path:
        recipe = Recipe(
            kind="hello",
            what="the greeter",
            digest=digest_of(contents(TOOLCHAIN, TOOLCHAIN / "hello")),
            expected=timedelta(seconds=5),
            needed_bytes=2**20,
            yields="hello",
        )

        def build(workshop: Workshop) -> None:
            workshop.run("compiling hello", "cc", "-o", workshop.draft / "hello", _SOURCE)

        return made(cache, recipe, build, say) / "hello"
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core import text
from core.errors import Rejected
from core.locks import Lock
from core.mounts import mounted_below
from core.surroundings import surroundings
from core.system_clock import SystemClock
from core.text import Say
from toolchain.build.workshop import Workshop

_DRAFT = ".draft-"
_ANOTHER_BUILD = timedelta(hours=1)
"""after this wait, the process that builds hangs"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be built, and what it takes.

    ``digest`` covers everything that the built thing depends on. So two recipes with the
    same kind and digest build the same, and the second one builds nothing.
    """

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
    """a pattern of a file that the folder must hold; a folder without one is built again"""


def made(cache: Path, recipe: Recipe, build: Callable[[Workshop], None], say: Say) -> Path:
    """Return the folder of ``cache`` that holds what ``recipe`` names; ``build`` it if need be.

    ``build`` fills the draft of its workshop, and touches nothing else. ``say`` gets a line
    for a person now and then. Of two callers at once, one builds and the other waits.

    Raises:
        Rejected: there is no space, or the build failed; the cache is as before, and the
            next step names the build's log.
        Unreachable: another process has been building it for an hour.
    """
    folder = cache.absolute() / recipe.kind / recipe.digest
    if _is_whole(folder, recipe):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with Lock(folder.parent / ".lock") as lock:
            _take(lock, recipe, say)
            if not _is_whole(folder, recipe):
                _discard([*folder.parent.glob(_DRAFT + "*"), folder])
                _demand_space(folder.parent, recipe)
                _build(folder, recipe, build, say, lock.descriptor)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Rejected(
            f"{recipe.what} cannot be kept in the cache",
            expected=f"a folder {folder.parent} that this user may write to",
            actual=getattr(error, "strerror", None) or str(error),
            next_step="make room or mend the permissions, or set XDG_CACHE_HOME to another "
            "folder; then run the command again",
        ) from error
    return folder


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
    folder: Path, recipe: Recipe, build: Callable[[Workshop], None], say: Say, lock: int
) -> None:
    """Make ``folder`` by ``build``; ``lock`` is the descriptor that its processes inherit."""
    draft = folder.with_name(_DRAFT + recipe.digest)
    draft.mkdir()
    log = folder.with_name(f"{recipe.digest}.log")
    log.unlink(missing_ok=True)
    clock = SystemClock()
    began = clock.elapsed()
    say(f"building {recipe.what} (about {text.age(recipe.expected)})")
    build(Workshop(draft=draft, log=log, say=say, clock=clock, lock=lock))
    # a folder must not survive a power cut under its final name with empty files in it
    subprocess.run(["sync", "--file-system", draft], env=surroundings(), check=True)
    draft.rename(folder)
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
    if inner_mounts := [str(mount.at) for mount in mounted_below(draft)]:
        raise Rejected(
            "a half-built folder cannot be thrown away",
            expected=f"no mount under {draft}",
            actual=", ".join(inner_mounts),
            next_step=f"umount {shlex.join(inner_mounts)}, then run the command again",
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
