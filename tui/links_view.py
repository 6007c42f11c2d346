"""Links: what they were declared to be, and what they are."""

from __future__ import annotations

from monitors.health.concerns import concerns, of_subject
from monitors.health.links import LinkView
from monitors.health.snapshot import Snapshot
from tui.picture import PictureLine
from tui.sheet import SheetRow, sheet
from tui.words import NOTHING, last_sight, marked, round_trip

_HEAD = ("link", "", "between", "declared", "measured", "loss", "state", "seen", "each way")


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
            _share(link.loss_ratio),
            f"{link.state or 'unknown'}{', avoided' if link.is_avoided else ''}",
            last_sight(link.sighting, snapshot.taken_at),
            _each_way(link),
        )
        rows.append(SheetRow(cells, condition))
    return sheet(_HEAD, rows)


def _each_way(link: LinkView) -> str:
    """Return what is lost from the first site named to the second, and on the way back."""
    if not link.one_way_loss:
        return NOTHING
    forth, back = (link.one_way_loss.get(source) for source in (link.a, link.z))
    return f"> {_share(forth)} < {_share(back)}"


def _share(ratio: float | None) -> str:
    return NOTHING if ratio is None else f"{ratio:.0%}"
