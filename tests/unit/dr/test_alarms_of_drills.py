"""When an alarm began and ended, by several who judge, each by its own clock and with its gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dr.drills.alarms import Verdicts, page_record
from inventory.names import HostName, SiteName

AT = datetime(2030, 1, 1, tzinfo=UTC)
ALARM = ("ServiceRefuses", "service portal")
ONE, OTHER = HostName("one"), HostName("other")


def _at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def _said(site: str, judged: list[float], fired: list[float]) -> Verdicts:
    return Verdicts(
        SiteName(site), tuple(map(_at, judged)), {ALARM: tuple(map(_at, fired))} if fired else {}
    )


def _spans(*told: Verdicts) -> list[tuple[float, float | None, tuple[str, ...]]]:
    record = page_record(dict(zip((ONE, OTHER), told, strict=False)), (ONE, OTHER))
    return [
        (
            (one.began_at - AT).total_seconds(),
            (one.ended_at - AT).total_seconds() if one.ended_at else None,
            one.sites,
        )
        for one in record.pages
    ]


def test_it_ended_when_it_was_judged_again_and_did_not_call() -> None:
    assert _spans(_said("a", [0, 5, 10, 15, 20, 25], [5, 10])) == [(5, 20, ("a",))]


def test_what_called_when_it_was_judged_last_is_not_known_to_have_ended() -> None:
    assert _spans(_said("a", [0, 5, 10], [5, 10])) == [(5, None, ("a",))]


def test_what_ended_and_called_again_called_twice() -> None:
    judged = [0.0, 5, 10, 15, 20, 25, 30, 35, 40]

    assert _spans(_said("a", judged, [0, 20, 25])) == [(0, 10, ("a",)), (20, 35, ("a",))]


def test_who_judged_nothing_for_a_while_does_not_say_that_it_was_over() -> None:
    assert _spans(_said("a", [0, 5, 65, 70, 75], [0, 5, 65])) == [(0, 75, ("a",))]


def test_several_who_judged_it_at_once_judged_one_alarm_and_the_last_word_ends_it() -> None:
    first = _said("a", [0, 5, 10, 15, 20, 25, 30], [0, 5])
    second = _said("b", [1, 6, 11, 16, 21, 26, 31], [6, 11])

    assert _spans(first, second) == [(0, 21, ("a", "b"))]


def test_what_one_of_them_does_not_know_to_have_ended_is_not_known_to() -> None:
    first = _said("a", [0, 5, 10, 15, 20], [0, 5])
    second = _said("b", [1, 6], [6])

    assert _spans(first, second) == [(0, None, ("a", "b"))]


def test_alarms_of_another_group_are_judged_some_seconds_later() -> None:
    assert _spans(_said("a", [0, 5, 10, 15, 20], [4, 9, 14])) == [(4, 20, ("a",))]


def test_of_who_did_not_answer_it_is_said() -> None:
    record = page_record({OTHER: _said("b", [0], [])}, (ONE, OTHER))

    assert (record.answered, record.silent, record.pages) == ((OTHER,), (ONE,), ())
