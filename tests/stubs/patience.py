"""Looks that wait longer: stub servers answer when a machine full of tests lets them.

The bound of a look says when an operator hears "it cannot be seen"; how long that is has tests of
its own. Here it would say how busy the machine is that tests run on.
"""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Final

from access.clients import patroni, patroni_status
from dr.live import power, probe, votes

TIMES: Final = 4
BOUNDS: Final[tuple[tuple[ModuleType, str], ...]] = (
    (patroni, "LOOK"),
    (patroni_status, "LOOK"),
    (power, "_LOOK"),
    (probe, "_LOOK"),
    (votes, "_LOOK"),
)


def patient(module: ModuleType, name: str) -> timedelta:
    """Return the bound called ``name`` in ``module``, longer."""
    bound = getattr(module, name)
    assert isinstance(bound, timedelta)
    return TIMES * bound
