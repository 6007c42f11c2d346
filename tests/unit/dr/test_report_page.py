"""The report as a page: it needs nothing else, and runs nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

from typing_extensions import override

from core.runs.journal import Request, Where, Wish
from dr.planning.plan import codec
from dr.reporting.ending import Ending
from dr.reporting.report import Noticed, Report, report
from dr.reporting.report_page import report_page
from dr.reporting.timeline_picture import Strip, WriteSeen
from dr.simulation.journal import MemoryJournal
from tests.conftest import Golden
from tests.rehearsals import SERVICE, rehearsal

GOLDEN = Path(__file__).parents[2] / "golden" / "reports"
NASTY = "<script>alert('&')</script>"
AHEAD = timedelta(milliseconds=12)


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _page(reason: str = "", unmeasured: tuple[str, ...] = ()) -> tuple[Report, str]:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)
    start = Request("20300101-000002-000000-start", Wish.START, "an", reason)
    made.engine(journal).start(made.plan, Where.MEMORY, start)
    made.world.sleep(timedelta(seconds=3))
    measure = made.citizens.measure(made.world.now() - timedelta(seconds=12), made.world.now())
    noticed = Noticed(
        made.network.service(SERVICE), measure, Ending(at_target=True, protected=True)
    )
    came_to = report(journal.records(), [noticed])
    writes = tuple(
        WriteSeen(made.world.now() - made.world.elapsed() + write.at, "ok")
        for write in made.citizens.acknowledged
    )
    strip = Strip(SERVICE, measure, writes, AHEAD)
    return came_to, report_page(came_to, journal.records(), [strip], unmeasured)


def test_a_page_is_as_it_was_approved(golden: Golden) -> None:
    golden(GOLDEN / "done.html", _page()[1])


def test_a_page_runs_nothing_and_fetches_nothing() -> None:
    tags = Tags()

    tags.feed(_page()[1])

    assert not tags.tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not tags.attributes & {"src", "href", "srcset", "action"}
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert "url(" not in _page()[1]


def test_what_a_person_typed_is_text_on_the_page() -> None:
    _, page = _page(NASTY, (f"portal: {NASTY}",))

    assert NASTY not in page
    assert page.count("&lt;script&gt;") == 2


def test_what_was_not_measured_is_said() -> None:
    _, page = _page(unmeasured=("portal: no probe signed",))

    assert "<h2>Not measured</h2>" in page
    assert "<li>portal: no probe signed\n" in page
    assert "Not measured" not in _page()[1]


def test_the_gap_is_drawn_on_the_clock_of_the_phases() -> None:
    came_to, page = _page()
    (course,) = came_to.courses
    assert course.measure is not None

    phase = re.search(r'class="phase" x="([\d.]+)" y="68" width="([\d.]+)"', page)  # promote
    gap = re.search(r'class="gap" d="M([\d.]+) \d+ v5 H([\d.]+)', page)

    assert phase is not None
    assert gap is not None
    assert float(gap[1]) < float(phase[1]) + float(phase[2]) < float(gap[2])
    assert f"gap {course.measure.gap.length.total_seconds():.2f} s" in page
