"""What was kept of a stint stands in its order, as the checkers of the soak read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.campaign.history import NOTHING, Dated, Kept, Reign, dated, history, reign_at, with_forks
from tests.soak.checkers.table import violations

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_what_tells_no_time_stands_where_its_revision_does() -> None:
    placed = ("placed", "portal", "ndc02", 2, "")
    kept = [
        Kept(9, ("journal", "r", "s", 0, "succeeded"), _at(5)),
        Kept(8, placed),
        Kept(7, ("journal", "r", "s", 0, "started"), _at(1)),
        Kept(6, NOTHING, _at(0)),
        Kept(5, ("claimed", "db", "", 1, "r")),
    ]

    lines = history(dated(kept))

    assert [line[1] for line in lines] == ["journal", "placed", "journal"]
    assert lines[1] == (0.0, *placed)


def test_what_tells_no_time_is_no_later_than_what_was_kept_after_it() -> None:
    placed = ("placed", "portal", "ndc02", 2, "")
    kept = [
        Kept(7, NOTHING, _at(2)),
        Kept(8, placed),
        Kept(9, ("journal", "r", "s", 0, "succeeded"), _at(1)),
    ]

    assert [line[1] for line in history(dated(kept))] == ["placed", "journal"]


def test_a_write_belongs_to_who_led_when_it_was_acknowledged() -> None:
    reigns = [Reign(_at(0), "a", 2), Reign(_at(10), "b", 3)]

    found = [reign_at(reigns, _at(seconds)) for seconds in (-1, 0, 9, 10, 99)]

    assert found == [None, reigns[0], reigns[0], reigns[1], reigns[1]]


def test_a_write_that_a_planned_switch_lost_is_found_in_such_a_history() -> None:
    reigns = [Reign(_at(0), "a", 2), Reign(_at(10), "b", 3)]
    forks = with_forks("db", reigns, {"switched": [(_at(9), _at(11))]})
    kept = Dated(_at(5), ("acknowledged", "db", "a", 2, "kept"))
    gone = Dated(_at(6), ("acknowledged", "db", "a", 2, "gone"))
    left = (0.0, "log", "db", "", 0, "kept")

    whole = violations([*history([*forks, kept]), left])
    lossy = violations([*history([*forks, kept, gone]), left])

    assert whole == []
    assert [sentence.split(":")[0] for sentence in lossy] == ["I3 a planned switch loses a write"]


def test_a_loss_is_accepted_as_young_as_it_was_announced_and_by_the_run_that_moves() -> None:
    reigns = [Reign(_at(0), "a", 2), Reign(_at(10), "b", 3)]
    forks = with_forks("db", reigns, {"taken-over": [(_at(9), _at(11))]})
    told = ("loss-accepted", "db", "b", 0, "run")
    kept = [
        Kept(1, ("claimed", "db", "", 1, "run"), _at(7)),
        Kept(2, told, _at(8), span=timedelta(seconds=2)),
    ]
    others = [kept[0], replace(kept[1], told=(*told[:4], "another run"))]
    anything = [kept[0], replace(kept[1], span=None)]
    left = (0.0, "log", "db", "", 0, "last")
    last = Dated(_at(7), ("acknowledged", "db", "a", 2, "last"))

    def judged(seconds: float, by: list[Kept]) -> list[str]:
        gone = Dated(_at(seconds), ("acknowledged", "db", "a", 2, "gone"))
        lines = history([*forks, gone, last, *dated(by)])
        return [one.split(":")[0] for one in violations([*lines, left])]

    unnamed = ["I4 a loss that nobody named"]
    assert judged(6, kept) == judged(4, anything) == []
    assert judged(4, kept) == judged(6, others) == judged(6, []) == unnamed
