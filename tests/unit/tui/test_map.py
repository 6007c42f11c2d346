"""The map has a place for every site, and says of each link how it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.names import SiteName
from monitors.health.snapshot import Snapshot
from tests.snapshots import degraded, healthy, site_down
from tui.map_view import map_lines
from tui.picture import ASCII, plain


def _with_sites(count: int) -> Snapshot:
    seen = healthy()
    more = tuple(
        replace(seen.sites[0], name=SiteName(f"ndc{number:02}"), latitude=10.0 - number)
        for number in range(10, 10 + count - len(seen.sites))
    )
    return replace(seen, sites=seen.sites[: min(count, 4)] + more)


def test_sites_stand_from_north_to_south() -> None:
    first, *_ = plain(map_lines(healthy(), 80)).splitlines()

    assert [word for word in first.split() if word.isalnum()] == [
        "ndc01",
        "ndc02",
        "witness",
        "ndc03",
    ]


@pytest.mark.parametrize("count", [4, 5, 6])
def test_any_number_of_sites_fits_in_80_columns(count: int) -> None:
    drawn = plain(map_lines(_with_sites(count), 80))

    assert max(map(len, drawn.splitlines())) <= 80
    assert drawn.splitlines()[0].count("┌") == count


def test_a_cut_link_is_a_word_and_a_broken_line() -> None:
    drawn = plain(map_lines(degraded(), 80))

    assert "X cut | 3.2 ms" in drawn
    assert "! 35 ms" in drawn


def test_a_dead_site_has_no_host_up() -> None:
    drawn = plain(map_lines(site_down(), 80))

    assert "0/2 up" in drawn


def test_ascii_is_ascii() -> None:
    assert plain(map_lines(site_down(), 80, ASCII)).isascii()


def test_no_sites_is_no_map() -> None:
    assert map_lines(replace(healthy(), sites=(), links=()), 80) == ()
