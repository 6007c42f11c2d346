"""The page that is measured is a whole one, and its dead source is dead."""

from __future__ import annotations

import asyncio

from monitors.readers import DEADLINE
from tests.benchmarks.scrape import COPIES, page_of, scraped


def test_the_page_has_as_many_series_as_the_figure_says() -> None:
    _, series = asyncio.run(scraped(page_of(COPIES)))

    assert series == 5 * COPIES


def test_past_a_dead_source_all_others_are_told_of_and_it_is_waited_for() -> None:
    took, series = asyncio.run(scraped(page_of(3, dead=1)))

    # of a copy that does not answer only the promise is known
    assert series == 2 * 5 + 1
    assert took >= DEADLINE.total_seconds()
