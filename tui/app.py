"""The dashboard: draws the newest snapshot that a feed has posted, and fetches nothing.

A feed calls ``post_message`` with SnapshotTaken or FeedTrouble, from any thread. Nothing
here can change anything.
"""

from __future__ import annotations

import asyncio
import signal
from typing import ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable, Footer, Static
from typing_extensions import override

from core.clock import Clock
from monitors.health.snapshot import Snapshot
from tui.header_view import header_line, is_stale
from tui.map_view import map_lines
from tui.picture import UNICODE, Strokes
from tui.replication_view import Ages, ages_after, trends_of
from tui.styles import styled, styled_lines
from tui.table_view import COLUMNS, Row, run_rows, table_rows
from tui.topic_view import topic_lines
from tui.topics import StatusTopic
from tui.words import marked

_WIDTHS = {"what": 22, "": 7, "seen": 7}
"""of the columns that do not grow"""

_MARGINS = 2 * len(COLUMNS) + 1
"""around the columns, and the scroll bar"""

_NARROWEST_DETAIL = 20

_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_LAST_BREATH_SECONDS: Final = 5
"""a terminal that hung up may take nothing more, for ever"""

_BESIDE_A_TREND = 58
"""what else stands in the line of a copy"""


class SnapshotTaken(Message):
    """A feed has taken a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


class FeedTrouble(Message):
    """A feed could not look at all."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class Dashboard(App[None]):
    """One network on one screen of 80 by 24 or more."""

    CSS_PATH = "dashboard.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", tooltip="Leave; the network does not notice."),
        Binding("j,down", "scroll_table(1)", "Down", show=False),
        Binding("k,up", "scroll_table(-1)", "Up", show=False),
        Binding("1", "show('')", "Map", tooltip="The network, and what is wrong in it."),
        Binding("3", "show('replication')", "Copies", tooltip="How old each may be, and is."),
        Binding("4", "show('links')", "Links", tooltip="What was declared, and what is."),
        Binding("5", "show('storage')", "Storage", tooltip="Stores, their copies, their pools."),
        Binding("6", "show('alerts')", "Alerts", tooltip="What fires, and each one's page."),
        Binding("r", "runs", "Run", tooltip="Every step of the run, or the network again."),
        Binding("space", "freeze", "Freeze", tooltip="Keep this picture; it says FROZEN."),
    ]

    snapshot: reactive[Snapshot | None] = reactive(None)
    trouble = reactive("")
    frozen = reactive(default=False)
    follows_runs = reactive(default=False)
    topic: reactive[StatusTopic | None] = reactive(None)
    """None: the map, and the table below it"""

    def __init__(self, environment: str, clock: Clock, strokes: Strokes = UNICODE) -> None:
        super().__init__()
        self.title = f"ndc {environment}"
        self._environment = environment
        self._clock = clock
        self._strokes = strokes
        self._ages: Ages = {}

    @override
    def compose(self) -> ComposeResult:
        """Lay out top line, map, table, or one topic in their place, and keys."""
        yield Static(id="header")
        yield Static(id="map")
        yield DataTable[object](cursor_type="row", zebra_stripes=False)
        with VerticalScroll(id="topic", can_focus=False):
            yield Static(id="lines")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Make the table's columns, and the clock tick; leave in good order when told to end."""
        for number in _ENDINGS:
            asyncio.get_running_loop().add_signal_handler(number, self._leave, number)
        table = self.query_one(DataTable)
        for label in COLUMNS:
            table.add_column(label, key=label)
        self._share_width()
        self._draw_header()
        self.set_interval(1, self._draw_header)

    def on_snapshot_taken(self, message: SnapshotTaken) -> None:
        """Show the snapshot, unless the picture is frozen."""
        self.trouble = ""
        # what comes while the picture is frozen is remembered, too: a trend has no holes
        self._ages = ages_after(self._ages, message.snapshot)
        if not self.frozen:
            self.snapshot = message.snapshot

    def on_feed_trouble(self, message: FeedTrouble) -> None:
        """Say why nothing new comes."""
        self.trouble = message.sentence

    def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Draw everything anew."""
        if snapshot is not None:
            self._draw_map()
            self._draw_table(self._chosen_rows(snapshot))
            self._draw_topic()
            self._draw_header()

    def watch_topic(self, topic: StatusTopic | None) -> None:
        """Show the map and its table, or the topic in their place."""
        for part in ("#map", "DataTable"):
            self.query_one(part).display = topic is None
        self.query_one("#topic").display = topic is not None
        self._draw_topic()

    def on_resize(self) -> None:
        """Share the new width among the sites, and among the columns."""
        self._draw_map()
        self._draw_topic()
        self._share_width()

    def action_show(self, topic: str) -> None:
        """Show ``topic``; empty: the map."""
        self.topic = StatusTopic(topic) if topic else None
        self.query_one("#topic").scroll_home(animate=False)

    def action_freeze(self) -> None:
        """Keep the picture, or follow the feed again."""
        self.frozen = not self.frozen
        self._draw_header()

    def action_runs(self) -> None:
        """Show every step of the runs that are not over, or the network again."""
        self.follows_runs = self.topic is not None or not self.follows_runs
        self.topic = None
        if self.snapshot is not None:
            self._draw_table(self._chosen_rows(self.snapshot))

    def action_scroll_table(self, rows: int) -> None:
        """Move the table's cursor, or the topic's lines."""
        if self.topic is not None:
            self.query_one("#topic").scroll_relative(y=rows, animate=False)
            return
        table = self.query_one(DataTable)
        table.move_cursor(row=table.cursor_row + rows)

    def _leave(self, number: signal.Signals) -> None:
        """Leave as ``q`` does, with the terminal as it was; the exit code tells why."""
        signal.alarm(_LAST_BREATH_SECONDS)
        self.exit(return_code=128 + number)

    def _draw_header(self) -> None:
        now = self._clock.now()
        line = header_line(self._environment, self.snapshot, now, trouble=self.trouble)
        text = styled_lines((line,))
        if self.frozen:
            text = styled("FROZEN  ", None).append_text(text)
        # the clock may tick once more while the screen is taken down
        for header in self.query("#header").results(Static):
            header.update(text)
        stale = self.snapshot is not None and is_stale(self.snapshot, now)
        self.query("#map, DataTable, #topic").set_class(stale, "stale")

    def _chosen_rows(self, snapshot: Snapshot) -> tuple[Row, ...]:
        """Return what the table shows; the network where there is no run to follow."""
        return (run_rows(snapshot) if self.follows_runs else ()) or table_rows(snapshot)

    def _share_width(self) -> None:
        free = self.size.width - sum(_WIDTHS.values()) - _MARGINS
        for key, column in self.query_one(DataTable).columns.items():
            column.auto_width = False
            column.width = _WIDTHS.get(str(key.value), max(free, _NARROWEST_DETAIL))

    def _draw_map(self) -> None:
        if self.snapshot is not None:
            lines = map_lines(self.snapshot, self.size.width, self._strokes)
            self.query_one("#map", Static).update(styled_lines(lines))

    def _draw_topic(self) -> None:
        if self.snapshot is not None and self.topic is not None:
            looks = max(self.size.width - _BESIDE_A_TREND, 0)
            trends = trends_of(self.snapshot, self._ages, looks, self._strokes)
            lines = topic_lines(self.snapshot, self.topic, trends)
            self.query_one("#lines", Static).update(styled_lines(lines))

    def _draw_table(self, rows: tuple[Row, ...]) -> None:
        table = self.query_one(DataTable)
        place = table.cursor_row
        table.clear()
        for row in rows:
            table.add_row(
                styled(row.what, row.condition),
                styled(marked(row.condition), row.condition),
                styled(row.detail, row.condition),
                styled(row.last_seen, row.condition),
                key=row.key,
            )
        table.move_cursor(row=place)
