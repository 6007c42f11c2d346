"""What is done in one storage pool, and a pool in memory for rehearsal."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import IO, Protocol

from typing_extensions import override

from core.errors import Rejected
from storage.points import SAME, PointDifference, RecoveryPoint


class PoolFull(Rejected):
    """The pool has no room for what was asked for."""


class StoragePool(Protocol):
    """Datasets, and their recovery points, in one pool.

    Each call raises Rejected where the pool refuses, PoolFull where it is for want of room: what
    was asked for did not come about.
    """

    def is_written(self, dataset: str) -> bool:
        """Whether ``dataset`` is there to be written to; recovery points alone are not."""

    def ensure_dataset(self, dataset: str, owner: int) -> None:
        """Make ``dataset`` be there to be written to; what is in it stays.

        The account numbered ``owner`` may write to it, and nobody without a right over all files
        may even look into it.
        """

    def promote(self, dataset: str, point: RecoveryPoint, owner: int) -> None:
        """Make ``dataset`` be there to be written to as it is in ``point``, for ``owner``.

        It must not be there. The point itself stays as it is.
        """

    def set_aside(self, dataset: str) -> None:
        """Make ``dataset`` not be there to be written to; its points stay.

        What was in it is kept aside, and what was kept aside of it before goes.
        """

    def keep_apart(self, dataset: str, name: str) -> None:
        """Make ``dataset`` not be there to be written to; its points stay.

        What was in it is kept as ``name`` until a person removes it.
        """

    def apart(self, dataset: str) -> tuple[str, ...]:
        """Return the names under which something of ``dataset`` is kept apart, oldest first."""

    def points(self, dataset: str) -> tuple[RecoveryPoint, ...]:
        """Return the recovery points that are whole, oldest first."""

    def make_point(self, dataset: str, at: datetime) -> None:
        """Keep ``dataset`` as it is now, for good, under the moment ``at``."""

    def drop(self, dataset: str, points: Iterable[RecoveryPoint]) -> None:
        """Make ``points`` gone."""

    def sending(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint | None
    ) -> AbstractContextManager[IO[bytes]]:
        """Give a stream of ``point``: what of it differs from ``base``, or all of it.

        The end of the block raises Rejected if the stream was not whole.
        """

    def receive(self, dataset: str, stream: IO[bytes]) -> None:
        """Make a point of ``stream``; what was left of a stream that was cut short goes first."""

    def digest(self, dataset: str, point: RecoveryPoint) -> str:
        """Return the digest of everything in ``point``, read back from the disk."""

    def difference(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint
    ) -> PointDifference:
        """Return how much ``point`` holds otherwise than ``base``, which was made here before."""

    def scrub(self) -> None:
        """Read all that the pool holds; what is not as it was written is counted from then on."""

    def errors(self) -> int:
        """Return how often the device failed, or held what was not written, in its life."""


@dataclass(slots=True)
class MemoryPool(StoragePool):
    """A pool that holds one text a dataset, and loses it with the process."""

    texts: dict[str, str] = field(default_factory=dict)
    """what is in each dataset"""
    owners: dict[str, int] = field(default_factory=dict)
    """whose each dataset is"""
    kept: dict[str, dict[RecoveryPoint, str]] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    """what was in datasets that were set aside"""
    texts_apart: dict[str, dict[str, str]] = field(default_factory=dict)
    """what is kept apart of datasets, by its name"""
    full: bool = False
    """whether it takes nothing more"""
    rotten: int = 0
    """how much of it a scrub would find to be other than it was written"""
    _errors: int = 0
    _count: int = 0

    @override
    def is_written(self, dataset: str) -> bool:
        return dataset in self.texts

    @override
    def ensure_dataset(self, dataset: str, owner: int) -> None:
        self.texts.setdefault(dataset, "")
        self.owners[dataset] = owner

    @override
    def promote(self, dataset: str, point: RecoveryPoint, owner: int) -> None:
        if dataset in self.texts or point not in self.points(dataset):
            raise _refused(f"{dataset} is there, or the point is not")
        self.texts[dataset] = self.kept[dataset][point]
        self.owners[dataset] = owner

    @override
    def set_aside(self, dataset: str) -> None:
        if dataset in self.texts:
            self.aside[dataset] = self.texts.pop(dataset)

    @override
    def keep_apart(self, dataset: str, name: str) -> None:
        if dataset in self.texts:
            self.texts_apart.setdefault(dataset, {})[name] = self.texts.pop(dataset)

    @override
    def apart(self, dataset: str) -> tuple[str, ...]:
        return tuple(sorted(self.texts_apart.get(dataset, {})))

    @override
    def points(self, dataset: str) -> tuple[RecoveryPoint, ...]:
        return tuple(sorted(self.kept.get(dataset, {})))

    @override
    def make_point(self, dataset: str, at: datetime) -> None:
        self._count += 1
        # no two snapshots of the world have one UUID
        origin = sha256(f"{id(self)} {self._count}".encode()).hexdigest()
        self._keep(dataset, RecoveryPoint(at, origin), self.texts[dataset])

    @override
    def drop(self, dataset: str, points: Iterable[RecoveryPoint]) -> None:
        for point in points:
            self.kept.get(dataset, {}).pop(point, None)

    @override
    @contextmanager
    def sending(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint | None
    ) -> Iterator[IO[bytes]]:
        plain = {
            "point": [point.made_at.isoformat(), point.origin],
            "base": base.origin if base else None,
            "text": self.kept[dataset][point],
        }
        yield io.BytesIO(json.dumps(plain).encode())

    @override
    def receive(self, dataset: str, stream: IO[bytes]) -> None:
        try:
            plain = json.loads(stream.read())
        except ValueError:
            raise _refused("the stream was cut short") from None
        known = {point.origin for point in self.points(dataset)}
        if plain["base"] is not None and plain["base"] not in known:
            raise _refused("what it differs from is not here")
        made_at, origin = plain["point"]
        self._keep(dataset, RecoveryPoint(datetime.fromisoformat(made_at), origin), plain["text"])

    @override
    def digest(self, dataset: str, point: RecoveryPoint) -> str:
        return sha256(self.kept[dataset][point].encode()).hexdigest()

    @override
    def difference(
        self, dataset: str, point: RecoveryPoint, base: RecoveryPoint
    ) -> PointDifference:
        text = self.kept[dataset][point]
        return SAME if text == self.kept[dataset][base] else PointDifference(1, len(text))

    @override
    def scrub(self) -> None:
        self._errors += self.rotten

    @override
    def errors(self) -> int:
        return self._errors

    def _keep(self, dataset: str, point: RecoveryPoint, text: str) -> None:
        if self.full:
            raise PoolFull("the pool took no recovery point", actual="no space is left")
        self.kept.setdefault(dataset, {})[point] = text


def _refused(why: str) -> Rejected:
    return Rejected("the pool took no recovery point", expected="a whole stream", actual=why)
