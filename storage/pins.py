"""What a source must keep for its refuges: from where the next transfer to each of them starts.

A file a refuge, with an origin a line. It is replaced before anything is sent, so at both ends a
common point stays until the next one was received and named as such.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from core import files
from inventory.names import HostName, StoreName


@dataclass(frozen=True, slots=True)
class Pins:
    """The pins of a host, below ``folder``."""

    folder: Path

    def pin(self, store: StoreName, refuge: HostName, origins: Iterable[str]) -> None:
        """Keep ``origins`` of ``store`` for ``refuge``, and what was pinned for it no longer.

        Raises:
            Rejected: it could not be written, and is as it was.
        """
        files.make_folder(self.folder / store)
        files.write(self.folder / store / refuge, "".join(f"{origin}\n" for origin in origins))

    def pinned(self, store: StoreName, refuges: Collection[HostName]) -> frozenset[str]:
        """Return every origin of ``store`` that is pinned for one of ``refuges``.

        Raises:
            Rejected: a pin cannot be read.
        """
        texts = (files.read_if_there(self.folder / store / refuge) for refuge in refuges)
        return frozenset(origin for text in texts if text for origin in text.split())
