"""Each invariant's checker, with a history that breaks exactly it, and one that breaks none."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.soak.checkers.data import Line
from tests.soak.checkers.table import CHECKERS, violations
from tests.unit.soak.histories import (
    ANNOUNCED,
    BEGIN,
    BROKEN,
    DB,
    FAILOVER,
    FOLLOWED,
    ONE,
    SERVICE,
    STORE,
    TWO,
    WELL,
    a_history,
    a_line,
    a_step,
    acknowledged,
    announced_loss,
    happening_at,
    written_by,
)

CHECKERS_FOLDER: Final = Path(__file__).resolve().parents[2] / "soak" / "checkers"


@pytest.mark.parametrize("name", CHECKERS)
def test_what_breaks_one_invariant_is_found_by_its_checker_alone(name: str) -> None:
    broken = {sentence.split(":")[0] for sentence in violations(BROKEN[name])}

    assert broken == {name}


@pytest.mark.parametrize("name", CHECKERS)
def test_what_comes_close_and_breaks_none_is_left_alone(name: str) -> None:
    assert violations(WELL[name]) == []


def test_there_are_as_many_as_things_that_must_never_happen() -> None:
    assert [name.split(" ")[0] for name in CHECKERS] == [f"I{n}" for n in range(1, 19)]


def test_who_withdraws_long_after_the_other_died_was_told_by_nobody_that_it_serves() -> None:
    died = [*ANNOUNCED, a_line("falls-silent", SERVICE, "b")]
    withdrawn = a_line("withdraws", SERVICE, "a", 2)

    late = violations([*died, happening_at(3, withdrawn)])

    assert violations([*died, happening_at(2, withdrawn)]) == []
    assert [one.split(":")[0] for one in late] == ["I7 the last serving site is taken away"]


def test_a_death_before_another_withdrew_forgives_nobody() -> None:
    third = a_line("announces", SERVICE, "c", 1)
    died = [*ANNOUNCED, third, a_line("falls-silent", SERVICE, "c")]

    both = violations([*died, *(a_line("withdraws", SERVICE, one, 2) for one in "ab")])

    assert [one.split(":")[0] for one in both] == ["I7 the last serving site is taken away"]


def test_an_old_leader_that_acknowledges_after_the_next_is_one_of_two_writers() -> None:
    late = a_history(*FOLLOWED, acknowledged(ONE, 1, "row-3"))

    broken = {sentence.split(":")[0] for sentence in violations(late)}

    assert {"I1 two writers", "I11 a tail is wiped, or a former leader writes"} == broken


def test_a_host_that_is_given_up_and_seen_by_somebody_is_no_loss() -> None:
    seen = a_history(FAILOVER, a_line("sight-of", "run-1", "a", 2, "ndc03"))

    assert [sentence.split(":")[0] for sentence in violations(seen)] == ["I5 dead on one word"]


def test_what_a_runner_saw_before_it_stood_still_is_believed_once() -> None:
    announced = "announce-service service=portal host=a epoch=1"
    once = [a_line("stands-still", "run-1"), a_step("succeeded", announced)]

    assert violations(a_history(*once)) == []
    assert len(violations(a_history(*once, a_step("succeeded", announced)))) == 1


def test_a_second_promotion_after_the_first_was_not_finished_is_no_repetition() -> None:
    taken = a_line("effect", DB, "run-1/promote", 1, "take-over candidate=ndc02-data")
    forks = [a_line("forked", DB, TWO, number, "taken-over") for number in (2, 3)]
    leads = [a_line("leads", DB, TWO, number) for number in (2, 3)]

    unfinished = a_history(forks[0], taken, forks[1], taken, leads[1])
    repeated = a_history(forks[0], taken, leads[0], forks[1], taken, leads[1])

    assert violations(unfinished) == []
    assert [one.split(":")[0] for one in violations(repeated)] == ["I12 a step is done twice"]


@pytest.mark.parametrize(("answered_seconds", "broken"), [(5, 0), (300, 1)])
def test_the_power_of_a_host_that_answers_again_is_not_cut(
    answered_seconds: int, broken: int
) -> None:
    cut = a_history(a_line("power-off", "a", number=answered_seconds))

    assert len(violations(cut)) == broken


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ((), "announce-service service=portal host=a epoch=1"),
        (ANNOUNCED, "withdraw-service service=portal host=a epoch=1"),
        ((a_line("placed", SERVICE, "x", 1),), "move-placement service=portal target=x epoch=2"),
        ((a_line("power-off", "a"), a_line("power-on", "a")), "cut-power host=a life=1"),
        ((written_by(ONE, 1),), BEGIN),
    ],
)
def test_each_effect_that_was_not_there_is_a_stale_belief(
    before: tuple[Line, ...], words: str
) -> None:
    (sentence,) = violations(a_history(*before, a_step("succeeded", words)))

    assert sentence.startswith("I9 ")


@pytest.mark.parametrize(
    "late",
    [written_by(ONE, 1), written_by(ONE, 2)],
    ids=["under-its-own-epoch", "under-the-same-epoch"],
)
def test_whoever_was_given_up_writes_a_store_no_more(late: Line) -> None:
    history = a_history(announced_loss(-1), written_by(ONE, 1), written_by(TWO, 2), late)

    assert [one.split(":")[0] for one in violations(history)] == ["I16 two write a store"]


def test_a_store_is_written_nowhere_for_a_moment_as_it_moves() -> None:
    moves = a_history(
        a_line("announces", STORE, ONE, 1), written_by(ONE, 1), a_line("withdraws", STORE, ONE, 2)
    )

    assert violations(moves) == []


@pytest.mark.parametrize(("point", "broken"), [("archive-3", 0), ("archive-2", 1)])
def test_who_began_a_store_has_its_turn_before_the_first_write(point: str, broken: int) -> None:
    history = a_history(
        written_by(ONE, 1),
        a_step("started", BEGIN),
        a_line("store-begins", STORE, TWO, 2, "archive-1"),
        a_line("store-ends", STORE, ONE, 0, "archive-2"),
        a_line("store-ends", STORE, TWO, 0, "archive-3"),
        a_line("store-begins", STORE, ONE, 3, point),
    )

    found = [one.split(":")[0] for one in violations(history)]

    assert found == ["I17 a store begins from another point"] * broken


@pytest.mark.parametrize("path", sorted(CHECKERS_FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_checker_shares_no_code_with_what_it_checks(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    own = {"__future__", "collections", "collections.abc", "typing"}
    assert {m for m in modules - own if not m.startswith("tests.soak.checkers")} == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


@pytest.mark.parametrize(
    ("lines", "broken"),
    [
        ([(3, "is-silent"), (9, "judged-dead")], 0),
        ([(3, "is-silent"), (9, "answers"), (12, "judged-dead")], 0),
        ([(3, "is-silent"), (8, "judged-dead")], 1),
        ([(3, "is-silent"), (8, "answers"), (12, "judged-dead")], 1),
        ([(3, "is-silent"), (30, "answers"), (41, "judged-dead")], 1),
        ([(41, "judged-dead")], 1),
    ],
)
def test_who_answers_others_is_not_called_dead(lines: list[tuple[float, str]], broken: int) -> None:
    history = [
        happening_at(at, a_line(what, "a", "by-b" if what == "judged-dead" else ""))
        for at, what in lines
    ]

    assert [one.split(":")[0] for one in violations(history)] == ["I5 dead on one word"] * broken
