"""What a host's agent read of the records of stores, and what the host was ordered to begin: files.

Both are written by the agent's account. Standard library only: who writes an order is started for
each request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import files
from core.errors import JournalCorrupt
from core.formats import KEY, Format
from inventory.names import StoreName
from storage.placed import StoreOrder, StorePlace


@dataclass(frozen=True, slots=True)
class StorePlaces:
    """The records of stores as the agent last read them since the host booted, the file ``at``."""

    at: Path

    def read(self) -> Mapping[StoreName, StorePlace] | None:
        """Return the record of each store that has one; None: none was read since the boot.

        Raises:
            JournalCorrupt: the file is no such.
        """
        plain = _read(self.at, Format.STORE_PLACES)
        if plain is None:
            return None
        try:
            return {StoreName(name): StorePlace(**one) for name, one in plain["places"].items()}
        except (AttributeError, KeyError, TypeError) as error:
            raise _damaged(self.at, Format.STORE_PLACES) from error

    def write(self, places: Mapping[StoreName, StorePlace]) -> None:
        """Let it hold ``places``.

        Raises:
            Rejected: it could not be written, and is as it was.
        """
        plain = {name: asdict(place) for name, place in sorted(places.items())}
        text = Format.STORE_PLACES.text({"places": plain}) + "\n"
        if files.read_if_there(self.at) != text:
            files.write(self.at, text)


@dataclass(frozen=True, slots=True)
class StoreOrders:
    """The newest order about each store, a file a store in ``folder``."""

    folder: Path

    def read(self, store: StoreName) -> StoreOrder | None:
        """Return the order about ``store``; None: there never was any.

        Raises:
            JournalCorrupt: its file is no such.
        """
        plain = _read(self._file(store), Format.STORE_ORDER)
        if plain is None:
            return None
        try:
            return StoreOrder(**{**plain, "without": tuple(plain["without"])})
        except (KeyError, TypeError) as error:
            raise _damaged(self._file(store), Format.STORE_ORDER) from error

    def objection(self, store: StoreName, order: StoreOrder) -> str:
        """Return why ``order`` may not be kept: under one epoch a store begins once; "": it may."""
        known = self.read(store)
        if known is None or known.epoch != order.epoch or known.point == order.point:
            return ""
        return f"under epoch {order.epoch} it began from {known.point}, and not from {order.point}"

    def write(self, store: StoreName, order: StoreOrder) -> None:
        """Keep ``order``; when this returns, a power cut does not undo it.

        Raises:
            Rejected: it could not be written.
        """
        files.make_folder(self.folder)
        files.write(self._file(store), Format.STORE_ORDER.text(asdict(order)) + "\n")

    def _file(self, store: StoreName) -> Path:
        return self.folder / f"{store}.json"


def _read(path: Path, form: Format) -> dict[str, Any] | None:
    text = files.read_if_there(path)
    if text is None:
        return None
    form.demand(text, path)
    try:
        plain = json.loads(text)
        del plain[KEY]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, form) from error
    return dict(plain)


def _damaged(path: Path, form: Format) -> JournalCorrupt:
    return JournalCorrupt(
        f"{path} is damaged",
        expected=f"what is kept as {form.name.lower().replace('_', ' ')}",
        actual=(files.read_if_there(path) or "")[:80],
        next_step="keep it, and remove it: nothing of the store is served here until it is anew",
    )
