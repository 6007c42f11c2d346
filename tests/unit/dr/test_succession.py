"""What two logs say of each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr.logs.succession import LogEnd, Succession, Untold, succession

END = LogEnd(timeline=3, location=1000, final=True)
FORKS = {1: 100, 2: 500, 3: 1120}


@pytest.mark.parametrize(
    ("fork", "complete"), [(1120, True), (1000, True), (999, False), (500, False)]
)
def test_the_new_log_has_all_if_it_leaves_the_old_one_at_its_end_or_later(
    fork: int,
    complete: bool,  # noqa: FBT001 - the case
) -> None:
    seen = succession(END, 4, FORKS | {3: fork})

    assert isinstance(seen, Succession)
    assert seen.complete is complete


@pytest.mark.parametrize(
    ("end", "timeline", "forks", "why"),
    [
        (replace(END, final=False), 4, FORKS, "not shut down on timeline 3"),
        (END, 3, FORKS, "ends on timeline 3, and timeline 3 is led now"),
        (END, 5, FORKS | {4: 2000}, "timeline 5 is led now"),
        (END, None, FORKS, "a timeline that was not told is led now"),
        (END, 4, {1: 100, 2: 500}, "where timeline 3 was left is not written down"),
        (replace(END, timeline=4), 4, FORKS, "ends on timeline 4, and timeline 4 is led"),
    ],
    ids=[
        "the former crashed or was rewound",
        "the new one is not seen on its timeline yet",
        "somebody led in between",
        "the new one is not seen",
        "the fork is not written down yet",
        "the former has followed for so long that its end is forgotten",
    ],
)
def test_what_is_not_told_is_neither_yes_nor_no(
    end: LogEnd, timeline: int | None, forks: dict[int, int], why: str
) -> None:
    seen = succession(end, timeline, forks)

    assert isinstance(seen, Untold)
    assert why in seen.reason
