"""``python -m storage.onhost.storage_main HOST_FILE``: keeps the stores of this host, and copies.

A thread a store: one that receives for an hour holds up no other.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from access.this_host import this_host_of_arguments
from core import files, host_paths
from core.clock import Clock
from core.errors import NdcError
from core.system_clock import SystemClock
from storage.duties import PoolDuty
from storage.keeping import StoreDuty
from storage.onhost.source_socket import SourceSocket
from storage.onhost.this_storage import ThisStorage
from storage.page import page

_SHORTEST: Final = timedelta(milliseconds=200)
"""between two looks: nothing that goes wrong keeps a core busy"""
_AFTER_TROUBLE: Final = timedelta(seconds=5)
_TELLS: Final = timedelta(seconds=5)
_log = logging.getLogger("ndc-storage")
WordT = TypeVar("WordT")


def main() -> None:
    """Keep them until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    clock = SystemClock()
    storage = ThisStorage(this_host_of_arguments("storage.onhost.storage_main"), clock)
    SourceSocket(Path(host_paths.STORAGE_SOCKET), storage.source_side()).serve_beside()
    duties, pools = storage.duties(), storage.pool_duties()
    for duty in (*duties, *pools):
        threading.Thread(target=_keep, args=(duty, clock), daemon=True).start()
    while True:
        tell(duties, pools, Path(host_paths.STORAGE_WORD))
        clock.sleep(_TELLS)


def tell(stores: Iterable[StoreDuty], pools: Iterable[PoolDuty], place: Path) -> None:
    """Write to ``place`` what is known of stores and pools; what cannot be read is left out."""
    copies = [word for word in _told(duty.word for duty in stores) if word is not None]
    apart = _told(duty.apart for duty in stores)
    try:
        files.write(place, page(copies, _told(duty.word for duty in pools), apart))
    except NdcError as error:
        _log.warning("%s: %s", error.what, error.actual)


def _told(words: Iterable[Callable[[], WordT]]) -> Iterator[WordT]:
    for word in words:
        try:
            yield word()
        except NdcError as error:
            _log.warning("%s: %s", error.what, error.actual)


def _keep(duty: StoreDuty | PoolDuty, clock: Clock) -> None:
    name = duty.name if isinstance(duty, PoolDuty) else duty.store.name
    trouble = ""
    while True:
        try:
            pause, now = duty.look(), ""
        except NdcError as error:
            pause, now = _AFTER_TROUBLE, f"{error.what}: {error.actual}"
        if now != trouble:
            _log.warning("%s: %s", name, now or "well again")
            trouble = now
        clock.sleep(max(pause, _SHORTEST))


if __name__ == "__main__":
    main()
