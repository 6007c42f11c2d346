from __future__ import annotations

import pytest

from core.errors import Rejected, Unreachable
from stacks.changes import appears
from stacks.engine.outcome import Failure, StackOutcome

REFUSED = Failure("site-a", "host/a", Rejected("no image", actual="none", next_step="make up"))
SILENT = Failure("site-b", "", Unreachable("the process died", next_step="again"))


def test_without_failures_the_changes_are_the_answer() -> None:
    change = appears("host", "a")

    assert StackOutcome((change,), ()).checked() == (change,)


def test_one_failure_is_raised_as_it_is() -> None:
    with pytest.raises(Rejected) as raised:
        StackOutcome((), (REFUSED,)).checked()

    assert raised.value is REFUSED.error


def test_several_failures_are_told_together_and_one_doubt_makes_all_doubtful() -> None:
    with pytest.raises(Unreachable) as raised:
        StackOutcome((), (REFUSED, SILENT)).checked()

    assert raised.value.lines() == [
        "     what  2 things did not come about",
        " expected  host/a, stack site-b",
        "   actual  host/a: no image (none); stack site-b: the process died",
        "next step  make up",
    ]


def test_several_refusals_are_a_refusal() -> None:
    with pytest.raises(Rejected):
        StackOutcome((), (REFUSED, REFUSED)).checked()
