"""One module a source: each looks once, within a deadline, and touches nothing.

A reader returns what it saw, or raises NotSeen: what was not seen has no value.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DEADLINE: Final = timedelta(seconds=1.8)
"""of a source: past a dead one a page takes less than two seconds"""
