"""What keeps a refuge from what its source has: a closed list, since each wants another remedy."""

from __future__ import annotations

from enum import StrEnum


class Hindrance(StrEnum):
    """Why nothing new arrives."""

    SILENT = "source-silent"
    """the source does not answer"""
    ASTRAY = "no-common-point"
    """the source would begin anew, and what the refuge holds would go: a person decides"""
    FULL = "no-room"
    """the pool of the refuge takes nothing more"""
    OTHER = "other"
    """anything else: the journal of the refuge tells it"""
