"""Links: what they were declared to be, and what they are."""

from __future__ import annotations

from monitors.health.concerns import concerns, of_subject
from monitors.health.snapshot import Snapshot
from tui.picture import PictureLine
from tui.sheet import SheetRow, sheet
from tui.words import NOTHING, last_sight, marked, round_trip

_HEAD = ("link", "", "between", "declared", "measured", "loss", "state", "seen")


def links_lines(snapshot: Snapshot) -> tuple[PictureLine, ...]:
    """Return a line a link."""
    all_concerns, rows = concerns(snapshot), []
    for link in snapshot.links:
        condition = of_subject(all_concerns, link.name)
        cells = (
            link.name,
            marked(condition),
            f"{link.a} - {link.z}",
            round_trip(link.declared_round_trip),
            round_trip(link.measured_round_trip),
            NOTHING if link.loss_ratio is None else f"{link.loss_ratio:.0%}",
            f"{link.state or 'unknown'}{', avoided' if link.is_avoided else ''}",
            last_sight(link.sighting, snapshot.taken_at),
        )
        rows.append(SheetRow(cells, condition))
    return sheet(_HEAD, rows)
