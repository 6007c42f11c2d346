"""A loss is one that a person accepted: of that database, by that run, as long as announced."""

from __future__ import annotations

from typing import Final

import pytest

from tests.soak.checkers.data import Line
from tests.soak.checkers.table import violations
from tests.unit.soak.histories import DB, LEADS, ONE, TWO, a_line, acknowledged, happening_at

ACCEPTED: Final = a_line("loss-accepted", DB, TWO, 4000, "run-1")
"""by two persons, for what was acknowledged after 4 s"""


def _region_lost(
    *, acknowledged_at: float, told: Line = ACCEPTED, run: str = "run-1"
) -> list[Line]:
    return [
        happening_at(0, LEADS),
        happening_at(acknowledged_at, acknowledged(ONE, 1, "row-1")),
        happening_at(20, a_line("claimed", DB, "", 1, run)),
        happening_at(21, told),
        happening_at(22, a_line("forked", DB, TWO, 2, "taken-over")),
        happening_at(90, a_line("log", DB, TWO, 2, "row-2")),
    ]


def test_a_loss_that_was_accepted_is_no_violation() -> None:
    assert violations(_region_lost(acknowledged_at=5)) == []


@pytest.mark.parametrize(
    "history",
    [
        _region_lost(acknowledged_at=3.9),
        _region_lost(acknowledged_at=5, run="run-2"),
        _region_lost(acknowledged_at=5, told=a_line("loss-accepted", DB, ONE, 4000, "run-1")),
        _region_lost(acknowledged_at=5, told=a_line("loss-accepted", "other-db", TWO, 0, "run-1")),
        _region_lost(acknowledged_at=25),
    ],
    ids=["older-than-announced", "another-run", "another-copy", "another-database", "afterwards"],
)
def test_a_loss_that_is_more_than_what_was_accepted_is_found(history: list[Line]) -> None:
    broken = [one.split(":")[0] for one in violations(sorted(history))]

    assert broken == ["I4 a loss that nobody named"]
