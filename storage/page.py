"""What a host tells of its pools, and of the recovery points that it received. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inventory.names import PoolName, SiteName
from inventory.storage import Store
from storage.hindrance import Hindrance
from storage.points import CopyComparison, PointDifference

RECOVERY_POINT: Final = "ndc_replication_recovery_point_timestamp_seconds"
OBJECTIVE: Final = "ndc_rpo_objective_seconds"
READ_BACK: Final = "ndc_store_read_back_timestamp_seconds"
READ_BACK_OBJECTIVE: Final = "ndc_store_read_back_objective_seconds"
DIFFERS: Final = "ndc_store_read_back_differs"
TRANSFER: Final = "ndc_store_transfer_seconds"
HINDERED: Final = "ndc_store_copy_hindered"
SCRUB: Final = "ndc_pool_scrub_timestamp_seconds"
ERRORS: Final = "ndc_pool_errors"
APART: Final = "ndc_store_kept_apart"
APART_FILES: Final = "ndc_store_kept_apart_files"
APART_BYTES: Final = "ndc_store_kept_apart_bytes"
KIND: Final = "store"
"""of a copy: the way in which it is made"""


@dataclass(frozen=True, slots=True)
class CopyWord:
    """What is known of the copy of ``store`` at ``site``."""

    store: Store
    site: SiteName
    newest: datetime | None
    """the newest moment that it could come back to; None: none is whole"""
    read_back: CopyComparison | None
    """the last comparison with its source; None: there was none"""
    transfer: timedelta | None
    """how long the last transfer took; None: none ended since the program began"""
    hindrance: Hindrance | None = None
    """what kept the last look from what the source has; None: nothing did"""
    has_looked: bool = False
    """whether there was a look since the program began"""


@dataclass(frozen=True, slots=True)
class ApartWord:
    """What a host at ``site`` wrote of ``store`` and was given up."""

    store: Store
    site: SiteName
    count: int
    """how often that happened whose files are kept still"""
    counted: PointDifference | None
    """how much of that no other host has; None: nobody counted some of it"""


@dataclass(frozen=True, slots=True)
class PoolWord:
    """What is known of one pool of this host."""

    name: PoolName
    scrubbed: datetime | None
    """when all of it was last read; None: never"""
    errors: int
    """of its device, in its life"""


def page(
    copies: Iterable[CopyWord], pools: Iterable[PoolWord], apart: Iterable[ApartWord] = ()
) -> str:
    """Return what is told of ``copies``, ``pools`` and what is kept ``apart``.

    What is not known has no line.
    """
    lines = [line for word in copies for line in _lines(word)]
    for kept in apart:
        of = f'workload="{kept.store.name}",target="{kept.site}"'
        lines.append(f"{APART}{{{of}}} {kept.count}")
        if kept.counted is not None:
            lines.append(f"{APART_FILES}{{{of}}} {kept.counted.files}")
            lines.append(f"{APART_BYTES}{{{of}}} {kept.counted.size_bytes}")
    for pool in pools:
        lines.append(f'{ERRORS}{{pool="{pool.name}"}} {pool.errors}')
        if pool.scrubbed is not None:
            lines.append(f'{SCRUB}{{pool="{pool.name}"}} {pool.scrubbed.timestamp()}')
    return "".join(f"{line}\n" for line in lines)


def _lines(word: CopyWord) -> Iterator[str]:
    copy = f'workload="{word.store.name}",target="{word.site}"'
    yield f"{OBJECTIVE}{{{copy}}} {word.store.recovery_point.total_seconds():g}"
    yield f"{READ_BACK_OBJECTIVE}{{{copy}}} {word.store.read_back.total_seconds():g}"
    if word.newest is not None:
        way = f'source="{word.store.home}",kind="{KIND}"'
        yield f"{RECOVERY_POINT}{{{copy},{way}}} {word.newest.timestamp()}"
    if word.read_back is not None:
        yield f"{READ_BACK}{{{copy}}} {word.read_back.of.timestamp()}"
        yield f"{DIFFERS}{{{copy}}} {int(not word.read_back.equal)}"
    if word.transfer is not None:
        yield f"{TRANSFER}{{{copy}}} {word.transfer.total_seconds():.3f}"
    if word.has_looked:
        for each in Hindrance:
            labels = f'{copy},because="{each.value}"'
            yield f"{HINDERED}{{{labels}}} {int(word.hindrance is each)}"
