"""The page of metrics: what it holds when all is well, and when something is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from core.errors import Unreachable
from inventory.names import DatabaseName, HostName, LinkName, SiteName
from monitors.catalogue import CATALOGUE, QUORUM_TOLERATES, catalogue_markdown
from monitors.collectors.links import link_families
from monitors.collectors.quorum import quorum_families
from monitors.collectors.replication import replication_families
from monitors.collectors.sessions import DeclaredNeighbour, session_families
from monitors.page import Page, Watch
from monitors.readers.echo import EchoReading
from monitors.readers.heartbeats import Mark
from routing.answers import BfdPeer, Session
from tests.conftest import Golden

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "metrics"
NOON = datetime(2030, 5, 17, 5, tzinfo=UTC)
NEAR, FAR = IPv4Address("198.19.100.1"), IPv4Address("198.19.100.3")
INSIDE = IPv4Address("198.19.32.4")

LINKS = link_families(
    {
        (LinkName("north"), SiteName("ndc02")): EchoReading(3, 3, timedelta(milliseconds=3.1)),
        (LinkName("south"), SiteName("ndc02")): EchoReading(3, 0, None),
    }
)
SESSIONS = session_families(
    [
        DeclaredNeighbour(NEAR, HostName("ndc02-edge1"), SiteName("ndc02"), LinkName("north")),
        DeclaredNeighbour(FAR, HostName("ndc02-edge2"), SiteName("ndc02"), LinkName("south")),
        DeclaredNeighbour(INSIDE, HostName("ndc01-data"), SiteName("ndc01"), None),
    ],
    [Session(NEAR, "Established"), Session(INSIDE, "Idle")],
    [BfdPeer(NEAR, is_up=True), BfdPeer(FAR, is_up=False)],
    {NEAR: "RECEIVE", FAR: "AVOID", INSIDE: "AVOID"},
)
QUORUM = quorum_families(
    {HostName(f"voter{n}"): n != 4 for n in range(1, 6)},
)
REPLICATION = replication_families(
    SiteName("ndc02"),
    {
        DatabaseName("general-db"): [
            Mark(SiteName("ndc01"), NOON - timedelta(seconds=5)),
            Mark(SiteName("ndc01"), NOON),
        ],
        DatabaseName("identity-db"): [],
    },
    {DatabaseName("general-db"): timedelta(), DatabaseName("identity-db"): timedelta(seconds=60)},
    {(DatabaseName("general-db"), HostName("ndc02-data")): 89},
)


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
        return await Page(watches, TickingClock(), deadline=timedelta(seconds=0.05)).text()

    return asyncio.run(page()).decode()


ALL = (
    _watch("links", LINKS),
    _watch("sessions", SESSIONS),
    _watch("quorum", QUORUM),
    _watch("replication", REPLICATION),
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

    async def scrape() -> list[bytes]:
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


def test_no_series_is_there_twice_and_every_one_is_in_the_catalogue() -> None:
    series: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for family in text_string_to_metric_families(_text(*ALL)):
        for sample in family.samples:
            series[sample.name, tuple(sorted(sample.labels.items()))] += 1
    known = {spec.name: set(spec.labels) for spec in CATALOGUE}

    assert max(series.values()) == 1
    assert all(known[name] == {label for label, _ in labels} for name, labels in series)


def test_without_a_majority_it_tolerates_minus_one() -> None:
    found = quorum_families({HostName(f"v{n}"): n < 2 for n in range(5)})

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
