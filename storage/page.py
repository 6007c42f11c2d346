"""What a host tells of the recovery points that it received, for Prometheus. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inventory.names import SiteName
from inventory.storage import Store
from storage.read_back import CopyComparison

RECOVERY_POINT: Final = "ndc_replication_recovery_point_timestamp_seconds"
OBJECTIVE: Final = "ndc_rpo_objective_seconds"
READ_BACK: Final = "ndc_store_read_back_timestamp_seconds"
DIFFERS: Final = "ndc_store_read_back_differs"
TRANSFER: Final = "ndc_store_transfer_seconds"
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


def page(words: Iterable[CopyWord]) -> str:
    """Return what is told of ``words``; what is not known has no line."""
    return "".join(f"{line}\n" for word in words for line in _lines(word))


def _lines(word: CopyWord) -> Iterator[str]:
    copy = f'workload="{word.store.name}",target="{word.site}"'
    yield f"{OBJECTIVE}{{{copy}}} {word.store.recovery_point.total_seconds():g}"
    if word.newest is not None:
        way = f'source="{word.store.home}",kind="{KIND}"'
        yield f"{RECOVERY_POINT}{{{copy},{way}}} {word.newest.timestamp()}"
    if word.read_back is not None:
        yield f"{READ_BACK}{{{copy}}} {word.read_back.of.timestamp()}"
        yield f"{DIFFERS}{{{copy}}} {int(not word.read_back.equal)}"
    if word.transfer is not None:
        yield f"{TRANSFER}{{{copy}}} {word.transfer.total_seconds():.3f}"
