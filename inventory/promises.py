"""What is promised of losses: which are survived, and what goes on after them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inventory.names import SiteName


class LastCopy(StrEnum):
    """What a database does when its last synchronous partner is gone."""

    CONTINUE = "continue"
    """go on, and say UNPROTECTED since when"""
    BLOCK = "block"
    """stop acknowledging writes"""


@dataclass(frozen=True, slots=True)
class FailureSet:
    """Sites that may be lost together: the failure policy promises that the rest goes on."""

    name: str
    sites: frozenset[SiteName]
