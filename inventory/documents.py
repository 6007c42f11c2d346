"""All declared files as one tree of plain values that remembers where each was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from core.formats import KEY
from inventory.model import Inventory
from inventory.problems import Place

Path: TypeAlias = tuple[str | int, ...]
"""keys and indices from the top: ``("sites", "ndc01", "region")``"""


@dataclass(frozen=True, slots=True)
class Document:
    """The files of an inventory, put together.

    ``tree`` holds the plain values. ``keys`` and ``values`` hold, for a path in the tree,
    where its key and its value are written. Checks ask ``at`` and ``key_at``, which always
    have an answer.
    """

    texts: Mapping[str, str]
    lines: dict[str, list[str]] = field(default_factory=dict)
    """of a text that somebody asked for a line of"""
    tree: dict[str, Any] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    incomplete: set[Place] = field(default_factory=set)
    """keys of entries of which a part was not read, so that nothing is said to be missing"""
    lost: set[str] = field(default_factory=set)
    """sections of which an entry may be where nobody could read it"""

    def lose(self, section: str, place: Place) -> None:
        """Take note of a section of which the part at ``place`` was not read."""
        self.lost.add(section)
        if section != KEY:
            self.keys.setdefault((section,), place)
            self.tree.setdefault(section, {})
            self.incomplete.add(self.key_at(section))

    def lose_all(self, file: str) -> None:
        """Take note that nobody knows what ``file`` declares."""
        for section in Inventory.model_fields:
            self.lose(section, Place(file, 1, 1))

    def rename(self, path: Path, name: str) -> None:
        """Let the entry at ``path`` be called ``name``; it stays where it is."""
        *above, old = path
        holder: Any = self.tree
        for step in above:
            holder = holder[step]
        entries = {name if key == old else key: value for key, value in holder.items()}
        holder.clear()
        holder.update(entries)
        for places in (self.keys, self.values):
            for inner in [inner for inner in places if inner[: len(path)] == path]:
                places[*above, name, *inner[len(path) :]] = places.pop(inner)

    def forget(self, section: str) -> None:
        """Let ``section`` be as if it was not declared."""
        self.tree.pop(section, None)
        for places in (self.keys, self.values):
            for path in [path for path in places if path[0] == section]:
                del places[path]

    def at(self, *path: str | int) -> Place:
        """Return where the value at ``path`` is, or what encloses it if it is not written."""
        return self.values.get(path) or self.key_at(*path)

    def key_at(self, *path: str | int) -> Place:
        """Return where the key at ``path`` is, or what encloses it if it is not written."""
        for length in range(len(path), 0, -1):
            if place := self.keys.get(path[:length]):
                return place
        return Place(min(self.texts, default="inventory"), 1, 1)

    def line(self, place: Place) -> str:
        """Return the source line of ``place``; empty if there is none."""
        if place.file not in self.lines:
            self.lines[place.file] = self.texts.get(place.file, "").splitlines()
        lines = self.lines[place.file]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""
