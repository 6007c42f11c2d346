"""What may be declared of a dataset of files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from inventory.names import PartyName, PoolName, SiteName, TierName
from inventory.printable import Title
from inventory.storage import DataClass
from inventory.values import DECLARED, NAME, Duration, Sites, Word

Party = Annotated[PartyName, Field(pattern=NAME, max_length=40)]
"""whoever has a certificate under this name"""


class StoreEntry(BaseModel):
    """A dataset of files, written at one site, with recovery points at others."""

    model_config = DECLARED

    title: Title
    tier: TierName
    access: Annotated[DataClass, Field(strict=False)]
    """who reads it: everybody (``open``), its ``readers`` (``shared``), or its owner alone, unless
    it names readers (``specialised``)
    """
    owner: Party
    """who alone writes it, and always reads it"""
    readers: Annotated[tuple[Party, ...], Field(strict=False)] = ()
    """who reads it besides; of an open one everybody does"""
    pool: PoolName
    """in which it lies, at each of its sites"""
    dataset: Word
    """its folder there"""
    home: SiteName
    refuges: Annotated[Sites, Field(min_length=1)]
    """which hold recovery points of it, best first; without ``home``"""
    interval: Duration
    """between two recovery points"""
    transfer: Duration
    """within which 95 of 100 transfers are to end"""
    retention: Duration
    """how far back each site can go"""
    read_back: Duration
    """how often a refuge compares what it received with its source, byte by byte"""
    rate_mbps: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """most megabits a second that a transfer takes of a link; absent: not limited"""
