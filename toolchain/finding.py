"""One thing that the doctor looked at."""

from __future__ import annotations

from typing import NamedTuple

OK = "ok"
MISSING = "missing"  # a package; `make up` installs it
LACKING = "lacking"  # only a person can help


class Finding(NamedTuple):
    """A tuple, because older Pythons have no slots."""

    subject: str
    verdict: str
    expected: str
    actual: str
    next_step: str = ""
