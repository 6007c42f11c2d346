"""What two logs say of each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr.succession import LogEnd, succession

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

    assert seen is not None
    assert seen.complete is complete


@pytest.mark.parametrize(
    ("end", "timeline", "forks"),
    [
        (replace(END, final=False), 4, FORKS),
        (END, 3, FORKS),
        (END, 5, FORKS | {4: 2000}),
        (END, None, FORKS),
        (END, 4, {1: 100, 2: 500}),
        (replace(END, timeline=4), 4, FORKS),
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
    end: LogEnd, timeline: int | None, forks: dict[int, int]
) -> None:
    assert succession(end, timeline, forks) is None
