"""Conditions as colours; the one place where a condition gets one."""

from __future__ import annotations

from rich.text import Text

from monitors.health.concern import Condition
from tui.picture import PictureLine

_STYLES = {
    None: "",
    Condition.OK: "",
    Condition.WARNING: "bold yellow",
    Condition.CRITICAL: "bold red",
    Condition.UNSEEN: "italic cyan",
}


def styled(text: str, condition: Condition | None) -> Text:
    """Return ``text`` as its condition looks."""
    return Text(text, style=_STYLES[condition], no_wrap=True)


def styled_lines(lines: tuple[PictureLine, ...]) -> Text:
    """Return ``lines`` as one block of text."""
    whole = Text(no_wrap=True)
    for number, line in enumerate(lines):
        if number:
            whole.append("\n")
        for span in line:
            whole.append(span.text, style="dim" if span.is_aside else _STYLES[span.condition])
    return whole
