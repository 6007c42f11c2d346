"""What processes used between two looks."""

from __future__ import annotations

from tests.benchmarks.processes import Used, ticks_between

INIT, SSHD, SHELL = 10, 11, 12
BEFORE = {INIT: Used(1, 500), SSHD: Used(INIT, 40), SHELL: Used(SSHD, 7)}


def test_what_ends_between_two_looks_is_in_its_parents_time() -> None:
    # the shell used 3 more, another came and went with 5, and a new one has used 2
    after = {INIT: Used(1, 501), SSHD: Used(INIT, 40 + 7 + 3 + 5), 13: Used(SSHD, 2)}

    assert ticks_between(BEFORE, after) == 1 + 3 + 5 + 2


def test_a_parent_and_its_child_may_both_end() -> None:
    assert ticks_between(BEFORE, {INIT: Used(1, 500 + 40 + 7 + 1)}) == 1


def test_when_a_whole_host_ends_what_it_used_is_not_known() -> None:
    assert ticks_between(BEFORE, {}) is None
    assert ticks_between({99: Used(1, 900)} | BEFORE, BEFORE) is None
