"""What is done about a loss while no person decides anything."""

from __future__ import annotations

from enum import StrEnum


class Initiative(StrEnum):
    """What controllers do about hosts that are dead."""

    AUTOMATIC = "automatic"
    """within a region they act by themselves"""
    OBSERVE = "observe"
    """they say what they would do, and do nothing"""
