"""A refuge to which nothing new comes says why, and forgets it once something came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.hindrance import Hindrance
from tests.unit.storage.two_sites import TwoSites


def _silent(sites: TwoSites) -> None:
    sites.door.cut = True


def _full(sites: TwoSites) -> None:
    sites.far.full = True


def _torn(sites: TwoSites) -> None:
    sites.door.torn = True


def _astray(sites: TwoSites) -> None:
    sites.near.drop(sites.dataset, sites.near.points(sites.dataset))


@pytest.mark.parametrize(
    ("fault", "hindrance"),
    [
        (_silent, Hindrance.SILENT),
        (_full, Hindrance.FULL),
        (_torn, Hindrance.OTHER),
        (_astray, Hindrance.ASTRAY),
    ],
)
def test_each_fault_is_told_as_what_it_is(
    tmp_path: Path, fault: Callable[[TwoSites], None], hindrance: Hindrance
) -> None:
    sites = TwoSites(tmp_path)
    sites.after(12)
    before = sites.refuge.word()

    fault(sites)
    sites.after(12)

    assert (before.hindrance, before.has_looked) == (None, True)
    assert sites.refuge.word().hindrance is hindrance


def test_what_came_hinders_no_more(tmp_path: Path) -> None:
    sites = TwoSites(tmp_path)
    _full(sites)
    sites.after(12)
    sites.far.full = False

    sites.after(12)

    assert sites.refuge.word().hindrance is None


def test_who_has_not_looked_tells_of_nothing(tmp_path: Path) -> None:
    assert not TwoSites(tmp_path).refuge.word().has_looked
