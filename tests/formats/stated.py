"""Which number a stored text states, and the same text with another."""

from __future__ import annotations

import re

from core.formats import FIRST

STATED = re.compile(r'("?)format\1: ?(\d+)')


def stated_in(text: str) -> int:
    """Return the first number that ``text`` states."""
    found = STATED.search(text)
    return int(found[2]) if found else FIRST


def restated(text: str, number: int) -> str:
    """Return ``text`` with every number that it states replaced, or one put into it."""
    changed, count = STATED.subn(lambda found: found[0].replace(found[2], str(number)), text)
    return changed if count else text.replace("{", f'{{"format": {number}, ', 1)
