"""The page of metrics: what it holds when all is well, and when something is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from core.errors import Unreachable
from inventory.names import HostName
from monitors.catalogue import CATALOGUE, QUORUM_TOLERATES, catalogue_markdown
from monitors.collectors.quorum import quorum_families
from monitors.page import Page, Watch
from tests.conftest import Golden
from tests.pages import (
    CERTIFICATES,
    CLOCKS,
    DECLARED,
    DRILLS,
    LINKS,
    NOON,
    ORDERS,
    PLACEMENT,
    PROTECTION,
    QUORUM,
    REPLICATION,
    RUNS,
    SESSIONS,
    WAYS,
    WELL,
)

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "metrics"


class TickingClock:
    """Each look at it costs a quarter of a second."""

    def __init__(self) -> None:
        self._elapsed = timedelta()

    def now(self) -> datetime:
        """Return noon and what has gone by."""
        return NOON + self._elapsed

    def elapsed(self) -> timedelta:
        """Return what has gone by."""
        self._elapsed += timedelta(milliseconds=250)
        return self._elapsed

    def sleep(self, duration: timedelta) -> None:
        """Let time go by."""
        self._elapsed += duration


def _watch(name: str, families: Sequence[Metric] | Exception) -> Watch:
    async def collect() -> Sequence[Metric]:
        await asyncio.sleep(0)
        if isinstance(families, Exception):
            raise families
        return families

    return Watch(name, collect)


def _text(*watches: Watch) -> str:
    async def page() -> bytes:
        text, _ = await Page(watches, TickingClock(), deadline=timedelta(seconds=0.05)).text()
        return text

    return asyncio.run(page()).decode()


ALL = (
    _watch("links", [*LINKS, *WAYS, *DECLARED]),
    _watch("sessions", SESSIONS),
    _watch("placement", PLACEMENT),
    _watch("quorum", QUORUM),
    _watch("replication", REPLICATION),
    _watch("protection", PROTECTION),
    _watch("orders", ORDERS),
    _watch("certificates", CERTIFICATES),
    _watch("clocks", CLOCKS),
    _watch("runs", RUNS),
    _watch("drills", DRILLS),
)


def test_it_reads_as_approved(golden: Golden) -> None:
    golden(GOLDEN / "exporter.txt", _text(*ALL))


def test_a_collector_that_fails_is_success_0_and_none_of_its_series() -> None:
    text = _text(ALL[0], _watch("sessions", Unreachable("no bgpd")), *ALL[2:])

    assert 'ndc_exporter_collector_success{collector="sessions"} 0.0' in text
    assert "ndc_bgp_session_up" not in text
    assert "ndc_link_up" in text


def test_a_collector_that_hangs_is_cut_off_and_the_rest_is_served() -> None:
    async def hang() -> Sequence[Metric]:
        await asyncio.sleep(3600)
        return []

    text = _text(ALL[0], Watch("hanging", hang))

    assert 'ndc_exporter_collector_success{collector="hanging"} 0.0' in text
    assert "ndc_link_up" in text


def test_ten_scrapers_at_once_cost_one_collection() -> None:
    collected = 0

    async def collect() -> Sequence[Metric]:
        nonlocal collected
        collected += 1
        await asyncio.sleep(0.01)
        return LINKS

    async def scrape() -> list[tuple[bytes, str]]:
        page = Page([Watch("links", collect)], TickingClock(), fresh=timedelta(minutes=1))
        return await asyncio.gather(*(page.text() for _ in range(10)))

    assert len(set(asyncio.run(scrape()))) == 1
    assert collected == 1


def test_an_old_page_is_made_anew() -> None:
    collected = 0

    async def collect() -> Sequence[Metric]:
        nonlocal collected
        collected += 1
        return LINKS

    async def scrape() -> None:
        clock = TickingClock()
        page = Page([Watch("links", collect)], clock)
        await page.text()
        clock.sleep(timedelta(seconds=2))
        await page.text()

    asyncio.run(scrape())

    assert collected == 2


def test_what_is_collected_seldom_is_served_until_it_is_due() -> None:
    collected = 0

    async def collect() -> Sequence[Metric]:
        nonlocal collected
        collected += 1
        return LINKS

    async def scrape() -> list[bytes]:
        clock, minute = TickingClock(), timedelta(minutes=1)
        page, pages = Page([Watch("links", collect, every=minute)], clock), []
        for wait in (2, 2, 60):
            pages.append((await page.text())[0])
            clock.sleep(timedelta(seconds=wait))
        pages.append((await page.text())[0])
        return pages

    pages = asyncio.run(scrape())

    assert collected == 2
    assert all(b"ndc_link_up" in page for page in pages)


def test_what_failed_is_collected_again_however_seldom_it_is_due() -> None:
    failing = [True, False]

    async def collect() -> Sequence[Metric]:
        if failing.pop(0):
            raise Unreachable("not yet")
        return LINKS

    async def scrape() -> list[bytes]:
        clock = TickingClock()
        page = Page([Watch("links", collect, every=timedelta(minutes=1))], clock)
        first, _ = await page.text()
        clock.sleep(timedelta(seconds=2))
        return [first, (await page.text())[0]]

    first, second = asyncio.run(scrape())

    assert b"ndc_link_up" not in first
    assert b"ndc_link_up" in second


def test_a_reader_who_waits_less_gets_what_came_by_then() -> None:
    async def hang() -> Sequence[Metric]:
        await asyncio.sleep(3600)
        return []

    async def scrape() -> bytes:
        watches = [Watch("links", ALL[0].collect), Watch("hanging", hang)]
        page = Page(watches, TickingClock(), deadline=timedelta(hours=1))
        async with asyncio.timeout(30):
            text, _ = await page.text(within=timedelta(seconds=0.05))
        return text

    text = asyncio.run(scrape())

    assert b'collector_success{collector="hanging"} 0.0' in text
    assert b"ndc_link_up" in text


def test_who_reads_openmetrics_gets_it_and_it_can_be_read() -> None:
    async def scrape() -> tuple[bytes, str]:
        page = Page(ALL, TickingClock())
        return await page.text("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")

    text, media_type = asyncio.run(scrape())
    found = {family.name for family in openmetrics(text.decode())}  # type: ignore[no-untyped-call] # the library's own parser is not typed

    assert media_type.startswith("application/openmetrics-text; version=1.0.0")
    assert found == {family.name for family in text_string_to_metric_families(_text(*ALL))}


def test_no_series_is_there_twice_and_all_of_the_catalogue_is_there() -> None:
    series: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for family in text_string_to_metric_families(_text(*ALL)):
        for sample in family.samples:
            series[sample.name, tuple(sorted(sample.labels.items()))] += 1
    known = {spec.name: set(spec.labels) for spec in CATALOGUE}

    assert max(series.values()) == 1
    assert {name for name, _ in series} == {s.name for s in CATALOGUE if s.source == "exporter"}
    assert all(known[name] == {label for label, _ in labels} for name, labels in series)


def test_without_a_majority_it_tolerates_minus_one() -> None:
    found = quorum_families({HostName(f"v{n}"): WELL if n < 2 else None for n in range(5)})

    assert [s.value for f in found if f.name == QUORUM_TOLERATES.name for s in f.samples] == [-1.0]


def test_a_catalogue_entry_is_complete_and_its_name_says_its_unit() -> None:
    assert len({spec.name for spec in CATALOGUE}) == len(CATALOGUE)
    for spec in CATALOGUE:
        assert spec.help
        assert spec.absence
        assert spec.kind != "counter" or spec.name.endswith("_total")
        assert spec.unit in {"boolean", "count"} or f"_{spec.unit}" in spec.name


def test_the_generated_document_is_current(golden: Golden) -> None:
    golden(ROOT / "docs" / "generated" / "metrics.md", catalogue_markdown())
