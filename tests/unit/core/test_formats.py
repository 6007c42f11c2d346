"""A number that is not read is refused, in four lines that say what to do."""

from __future__ import annotations

import json

import pytest

from core.errors import NdcError, PlanRefused
from core.formats import FIRST, Format

UNKNOWN = [0, -1, 3, 10**30, "1", "two\nlines" * 40, 1.0, True, None, [1], {"format": 1}]


@pytest.mark.parametrize("stated", UNKNOWN, ids=repr)
def test_anything_but_a_known_number_is_refused_in_four_lines(stated: object) -> None:
    with pytest.raises(PlanRefused) as refused:
        Format.PLAN.demand(json.dumps({"format": stated}), "plan.json")

    lines = refused.value.lines()
    assert [line[:9].strip() for line in lines] == ["what", "expected", "actual", "next step"]
    assert all(len(line) < 100 for line in lines)


@pytest.mark.parametrize("number", Format.EPOCHS.read)
def test_every_number_that_is_read_is_told(number: int) -> None:
    assert Format.EPOCHS.demand(json.dumps({"format": number}), "epochs.json") == number


@pytest.mark.parametrize("text", ["{}", "[]", "7", '{"formats": 9}', "", "{", "\0", "[" * 9999])
def test_what_states_no_number_is_of_the_first_format(text: str) -> None:
    assert Format.PLAN.demand(text, "plan.json") == FIRST


@pytest.mark.parametrize("format_", Format)
def test_what_is_written_is_read(format_: Format) -> None:
    text = format_.text({"a": "ắ"})

    assert format_.demand(text, "it") == format_.number == max(format_.read)
    assert json.loads(text) == {"format": format_.number, "a": "ắ"}


def test_a_remedy_follows_the_ndc_that_wrote_it() -> None:
    with pytest.raises(NdcError) as refused:
        Format.NETWORK.demand('{"format": 2}', "network.json", next_step="ndc up")

    assert refused.value.next_step == "use the ndc that wrote it, or a later one; or ndc up"


def test_no_later_ndc_reads_what_is_too_old() -> None:
    with pytest.raises(NdcError) as refused:
        Format.PLAN.demand('{"format": 0}', "plan.json")

    assert refused.value.next_step == "use the ndc that wrote it"
