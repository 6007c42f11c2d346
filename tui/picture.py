"""Lines of marked text: what a view-model returns and any terminal can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from monitors.health.concern import Condition


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line, and the condition that it shows (None: it shows none)."""

    text: str
    condition: Condition | None = None
    is_aside: bool = False
    """whether it is there to be looked up, and asks for nobody's eye"""


PictureLine: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Strokes:
    """The characters that boxes and lines are drawn with."""

    horizontal: str
    vertical: str
    corners: tuple[str, str, str, str]
    """top left, top right, bottom left, bottom right"""
    tee: str
    """a line leaves a box downwards"""
    end: str
    """a link ends at a site"""
    crossing: str
    """a link passes a site"""
    broken: str
    """a link of which a part is not as declared"""
    cut: str
    levels: str
    """from little to all of it"""
    gap: str
    """where nothing was seen"""


UNICODE = Strokes("─", "│", ("┌", "┐", "└", "┘"), "┬", "●", "┼", "╌", "…", "▁▂▃▄▅▆▇█", "·")
ASCII = Strokes("-", "|", ("+", "+", "+", "+"), "+", "o", "+", ".", "~", "_.-=oO#@", " ")


def plain(lines: tuple[PictureLine, ...]) -> str:
    """Return ``lines`` as text, without a final newline."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def clipped(text: str, width: int, strokes: Strokes) -> str:
    """Return ``text`` in exactly ``width`` characters; what does not fit is cut visibly."""
    if len(text) <= width:
        return text.ljust(width)
    return text[: max(width - 1, 0)] + strokes.cut[:width]
