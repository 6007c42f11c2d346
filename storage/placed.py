"""Where a store is written, and an order to begin it elsewhere. Pure.

The record says where a store is written, by a majority's word. An order goes before it: it has a
host begin under the next epoch, since what wrote the store is lost; the record follows.
"""

from __future__ import annotations

from dataclasses import dataclass

from inventory.names import HostName, SiteName


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store is written since ``epoch``, as a majority says."""

    site: SiteName
    epoch: int


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """Have this host write a store under ``epoch``, from ``point`` on."""

    epoch: int
    run: str
    """that gave it"""
    point: str
    """origin of a recovery point that is whole here"""
    without: tuple[HostName, ...]
    """hosts that are given up: they are not asked, and what only they hold is not waited for"""
