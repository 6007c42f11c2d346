"""A storage pool on btrfs: a dataset is a subvolume, a point a read-only snapshot of it."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from typing_extensions import override

from core.errors import Rejected, Unreachable
from core.host_paths import INCOMING
from core.surroundings import surroundings
from storage.onhost.differing import listed_difference
from storage.onhost.tree_digest import tree_digest
from storage.points import PointDifference, RecoveryPoint, moment_of
from storage.pool import PoolFull, StoragePool

_POINTS: Final = ".points"
"""the folder of all recovery points; a folder a dataset is in it"""
_ASIDE: Final = ".aside"
"""the folder of what was written here and is no more"""
_APART: Final = ".apart"
"""the folder of what only this host wrote, and was given up; a folder a dataset is in it"""
_NONE: Final = "-"
"""instead of a UUID, where there is none"""
_SCRUB_FOUND: Final = 3
"""what a scrub ends with that found what nothing can mend"""
_BOUND_SECONDS: Final = 60
"""of a call that moves no data"""
_LISTING_SECONDS: Final = 1800
"""of a list of all that differs between two points: no data either, and every file's name"""


@dataclass(frozen=True, slots=True)
class BtrfsPool(StoragePool):
    """The pool that is mounted at ``folder``."""

    folder: Path

    @override
    def is_written(self, dataset: str) -> bool:
        return (self.folder / dataset).is_dir()

    @override
    def ensure_dataset(self, dataset: str, owner: int) -> None:
        if not self.is_written(dataset):
            _btrfs("subvolume", "create", self.folder / dataset)
        incoming = self.folder / INCOMING / dataset
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            for folder in (self.folder / dataset, incoming):
                os.chown(folder, owner, owner)
                folder.chmod(0o700)
        except OSError as error:
            raise Rejected(
                f"{self.folder / dataset} could not be given to its account", actual=str(error)
            ) from error

    @override
    def promote(self, dataset: str, point: RecoveryPoint, owner: int) -> None:
        if self.is_written(dataset) or point not in self.points(dataset):
            raise Rejected(
                f"{dataset} cannot begin where {point.name} ends",
                expected="a whole recovery point, and nothing that is written to",
                actual="it is written to" if self.is_written(dataset) else "no such point",
            )
        # a snapshot of a snapshot: what is read-only, and was received, is never made writable
        _btrfs("subvolume", "snapshot", self._points(dataset) / point.name, self.folder / dataset)
        self.ensure_dataset(dataset, owner)

    @override
    def set_aside(self, dataset: str) -> None:
        if not self.is_written(dataset):
            return
        aside = self.folder / _ASIDE / dataset
        if aside.is_dir():
            _btrfs("subvolume", "delete", aside)
        try:
            aside.parent.mkdir(mode=0o700, exist_ok=True)
            (self.folder / dataset).rename(aside)
        except OSError as error:
            raise Rejected(f"{dataset} could not be set aside", actual=str(error)) from error

    @override
    def keep_apart(self, dataset: str, name: str) -> None:
        if not self.is_written(dataset):
            return
        place = self.folder / _APART / dataset
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / dataset).rename(place / name)
        except OSError as error:
            raise Rejected(f"{dataset} could not be kept apart", actual=str(error)) from error

    @override
    def apart(self, dataset: str) -> tuple[str, ...]:
        place = self.folder / _APART / dataset
        try:
            return tuple(sorted(path.name for path in place.iterdir())) if place.is_dir() else ()
        except OSError as error:
            raise Rejected(f"{place} cannot be read", actual=str(error)) from error

    @override
    def points(self, dataset: str) -> tuple[RecoveryPoint, ...]:
        points = (_point(dataset, line) for line in self._listed("-r"))
        return tuple(sorted(point for point in points if point is not None))

    @override
    def make_point(self, dataset: str, at: datetime) -> None:
        # only a snapshot knows its UUID, and a point is known by its moment until then
        name = RecoveryPoint(at, _NONE).name
        _btrfs("subvolume", "snapshot", "-r", self.folder / dataset, self._place(dataset) / name)

    @override
    def drop(self, dataset: str, points: Iterable[RecoveryPoint]) -> None:
        if places := [self._points(dataset) / point.name for point in points]:
            _btrfs("subvolume", "delete", *places)

    @override
    @contextmanager
    def sending(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint | None
    ) -> Iterator[IO[bytes]]:
        place = self._points(dataset)
        parent = ("-p", place / base.name) if base else ()
        command = ("btrfs", "send", "--quiet", *parent, place / point.name)
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
        ) as sender:
            assert sender.stdout  # noqa: S101 - PIPE
            assert sender.stderr  # noqa: S101 - PIPE
            try:
                yield sender.stdout
            except BaseException:
                sender.kill()
                raise
            if sender.wait():
                raise _refused(command, sender.stderr.read())

    @override
    def receive(self, dataset: str, stream: IO[bytes]) -> None:
        place = self._place(dataset)
        self._clear(dataset)
        command = ("btrfs", "receive", "--quiet", place)
        done = subprocess.run(
            command, stdin=stream, capture_output=True, env=surroundings(), check=False
        )
        if done.returncode:
            raise _refused(command, done.stderr)

    @override
    def digest(self, dataset: str, point: RecoveryPoint) -> str:
        try:
            return tree_digest(self._points(dataset) / point.name)
        except OSError as error:
            raise _unreadable(point, error) from error

    @override
    def difference(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint
    ) -> PointDifference:
        place = self._points(dataset)
        # what differs, without the bytes of it: no file is read
        command = ("btrfs", "send", "--no-data", "-p", place / base.name)
        with subprocess.Popen(
            (*command, place / point.name),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings(),
        ) as sender:
            assert sender.stdout and sender.stderr  # noqa: S101, PT018 - PIPE
            try:
                listing = subprocess.run(
                    ("btrfs", "receive", "--dump"),
                    stdin=sender.stdout,
                    capture_output=True,
                    encoding="utf-8",
                    errors="replace",
                    env=surroundings(),
                    timeout=_LISTING_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                sender.kill()
                raise _endless(" ".join(map(str, command)), _LISTING_SECONDS) from error
            # or a sender whose list nobody reads any more waits for a reader without end
            sender.stdout.close()
            words = sender.stderr.read()
        if listing.returncode or sender.returncode:
            raise _refused(command, words + listing.stderr.encode())
        return listed_difference(listing.stdout.splitlines())

    @override
    def scrub(self) -> None:
        command = ("btrfs", "scrub", "start", "-B", self.folder)
        done = subprocess.run(command, capture_output=True, env=surroundings(), check=False)
        # the errors that it found are in its count; others kept it from looking
        if done.returncode not in {0, _SCRUB_FOUND}:
            raise _refused(command, done.stderr)

    @override
    def errors(self) -> int:
        lines = _btrfs("device", "stats", self.folder).splitlines()
        return sum(int(line.split()[-1]) for line in lines)

    def _clear(self, dataset: str) -> None:
        """Remove what was left of a stream that was cut short."""
        whole = {point.name for point in self.points(dataset)}
        torn = [path for path in self._points(dataset).iterdir() if path.name not in whole]
        if torn:
            _btrfs("subvolume", "delete", *torn)

    def _listed(self, *options: str) -> list[str]:
        return _btrfs("subvolume", "list", "-u", "-R", *options, self.folder).splitlines()

    def _points(self, dataset: str) -> Path:
        return self.folder / _POINTS / dataset

    def _place(self, dataset: str) -> Path:
        """Return the folder of the points of ``dataset``, made if it is not there."""
        place = self._points(dataset)
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Rejected(f"{place} could not be made", actual=str(error)) from error
        return place


def _point(dataset: str, line: str) -> RecoveryPoint | None:
    """Return the point that ``line`` of a list of read-only subvolumes tells of; None: of none."""
    words, _, path = line.partition(" path ")
    before, _, name = path.rpartition("/")
    made_at = moment_of(name)
    if before != f"{_POINTS}/{dataset}" or made_at is None:
        return None
    # "ID 261 gen 15 top level 5 received_uuid - uuid 0c1d…": received elsewhere, or made here
    values = words.split()
    received = values[values.index("received_uuid") + 1]
    return RecoveryPoint(
        made_at, values[values.index("uuid") + 1] if received == _NONE else received
    )


def _btrfs(*words: str | Path) -> str:
    command = ("btrfs", *words)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            env=surroundings(),
            timeout=_BOUND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _endless(f"btrfs {words[0]} {words[1]}", _BOUND_SECONDS) from error
    except OSError as error:
        raise Rejected("btrfs cannot be started", actual=str(error)) from error
    if done.returncode:
        raise _refused(command, done.stderr.encode())
    return done.stdout


def _endless(what: str, seconds: int) -> Unreachable:
    return Unreachable(
        f"{what} does not end",
        expected=f"within {seconds} s",
        actual="it may come about later",
        next_step="look at the disk under the pool",
    )


def _refused(command: Sequence[str | Path], said: bytes) -> Rejected:
    actual = " ".join(said.decode(errors="replace").split()) or "it did not say why"
    kind = PoolFull if os.strerror(errno.ENOSPC) in actual else Rejected
    return kind(f"{' '.join(map(str, command))} failed", expected="exit 0", actual=actual)


def _unreadable(point: RecoveryPoint, error: OSError) -> Rejected:
    return Rejected(
        f"the recovery point {point.name} cannot be read",
        expected="every byte of it",
        actual=str(error),
        next_step="btrfs scrub start POOL tells what else the disk lost",
    )
