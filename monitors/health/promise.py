"""How much later than a promise allows a copy may seem to be, and keep it all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

TOLD_LATE: Final = timedelta(seconds=15)
"""points are made, read and collected every few seconds: a younger copy may be as it should be"""
