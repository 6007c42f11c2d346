"""How a person writes how long something lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from inventory.model import Duration

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("250 ms", timedelta(milliseconds=250)),
        ("2 s", timedelta(seconds=2)),
        ("1.5 min", timedelta(seconds=90)),
        ("3 h", timedelta(hours=3)),
        ("1 d", timedelta(days=1)),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, meant: timedelta) -> None:
    assert DURATION.validate_python(text) == meant


@pytest.mark.parametrize("text", ["", "15", "15min", "15 m", "-1 s", "1 s ", 15, None])
def test_anything_else_is_none(text: object) -> None:
    with pytest.raises(ValidationError, match="one of ms, s, min, h, d"):
        DURATION.validate_python(text)


@pytest.mark.parametrize("text", ["3651 d", "99999999999 d", f"{'9' * 400} h"])
def test_what_no_clock_can_count_is_none_either(text: str) -> None:
    with pytest.raises(ValidationError, match="3650 d at most"):
        DURATION.validate_python(text)
