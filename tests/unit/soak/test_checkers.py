"""Each invariant's checker, with a history that breaks exactly it, and one that breaks none."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.soak.checkers.data import Line
from tests.soak.checkers.table import CHECKERS, violations

DB, SERVICE, ONE, TWO = "general-db", "portal", "ndc01-data", "ndc02-data"
CHECKERS_FOLDER: Final = Path(__file__).resolve().parents[2] / "soak" / "checkers"


def _line(what: str, subject: str, host: str = "", number: int = 0, text: str = "") -> Line:
    return (0.0, what, subject, host, number, text)


def _history(*lines: Line) -> list[Line]:
    """Return ``lines`` as they follow each other, a second each."""
    return [(float(at), *line[1:]) for at, line in enumerate(lines)]


def _acknowledged(host: str, timeline: int, row: str) -> Line:
    return _line("acknowledged", DB, host, timeline, row)


def _step(event: str, words: str, run: str = "run-1", step: str = "step") -> Line:
    return _line("journal", run, step, text=f"{event} {words}")


LEADS: Final = _line("leads", DB, ONE, 1)
FOLLOWED: Final = (
    LEADS,
    _acknowledged(ONE, 1, "row-1"),
    _line("forked", DB, TWO, 2, "switched"),
    _line("leads", DB, TWO, 2),
    _acknowledged(TWO, 2, "row-2"),
)
ANNOUNCED: Final = (_line("announces", SERVICE, "a", 1), _line("announces", SERVICE, "b", 1))
SWITCH: Final = "switch-database database=general-db candidate=ndc02-data"
FAILOVER: Final = _line("planned", "run-1", text="failover a b")
STORE: Final = "archive"
BEGIN: Final = "begin-store store=archive host=ndc02-data point=archive-1 epoch=2"


def _written(host: str, epoch: int, heard: str = "") -> Line:
    return _line("store-written", STORE, host, epoch, heard)


def _told(milliseconds: int) -> Line:
    """Return that so much may be lost of what was written: -1, nobody can say."""
    return _line("store-loss", STORE, TWO, 2, str(milliseconds))


BEGUN: Final = _line("store-begins", STORE, TWO, 2, "archive-1")
POINT: Final = _line("store-point", STORE, ONE, 0, "archive-1")

BROKEN: Final[dict[str, list[Line]]] = {
    "I14 what is kept out announces": _history(
        _line("excluded", "a", text="run-1"),
        _line("placed", SERVICE, "ndc02", 2),
        _line("placed", SERVICE, "ndc02", 2),
        _line("announces", SERVICE, "a", 2),
    ),
    "I15 citizens come to what was given up": _history(
        _line("placed", SERVICE, "ndc01", 1),
        _line("excluded", "a", text="run-1"),
        _line("placed", SERVICE, "ndc02", 2),
        _line("comes-to", SERVICE, "a", text="ndc01"),
    ),
    "I1 two writers": _history(
        LEADS, _acknowledged(ONE, 1, "row-1"), _acknowledged(TWO, 1, "row-2")
    ),
    "I2 an old epoch is obeyed": _history(
        _line("obeyed", SERVICE, "a", 3, "withdraw-service run-2"),
        _line("obeyed", SERVICE, "a", 2, "announce-service run-1"),
    ),
    "I3 a planned switch loses a write": _history(*FOLLOWED, _line("log", DB, TWO, 2, "row-2")),
    "I4 a loss that nobody named": _history(
        LEADS,
        _acknowledged(ONE, 1, "row-1"),
        _line("forked", DB, TWO, 2, "taken-over"),
        _line("log", DB, TWO, 2, "row-2"),
    ),
    "I5 dead on one word": _history(FAILOVER, _line("sight-of", "run-1", "a", 1, "")),
    "I6 two runs at once": _history(
        _line("claimed", DB, "", 1, "run-1"),
        _line("effect", DB, "run-2/promote", 1, SWITCH),
    ),
    "I7 the last serving site is taken away": _history(
        *ANNOUNCED, _line("withdraws", SERVICE, "a", 2), _line("withdraws", SERVICE, "b", 2)
    ),
    "I8 a guess": _history(LEADS, _line("overtaken", DB, ONE, 1)),
    "I9 stale status is believed": _history(LEADS, _step("succeeded", SWITCH)),
    "I10 recovery needs what is lost": _history(
        FAILOVER, _step("started", "withdraw-service service=portal host=a epoch=2")
    ),
    "I11 a tail is wiped, or a former leader writes": _history(
        _line("kept", DB, ONE, 1, "row-1"), _line("rewound", DB, ONE, 1, "row-1,row-2")
    ),
    "I12 a step is done twice": _history(
        _line("effect", "a", "run-1/fence-a", 1, "cut-power host=a"),
        _line("power-on", "a"),
        _line("effect", "a", "run-1/fence-a", 2, "cut-power host=a"),
    ),
    "I13 a copy leads that was only waited for": _history(
        _line("widened", DB, TWO, 2), _line("forked", DB, TWO, 2, "elected")
    ),
    "I16 two write a store": _history(
        _told(1000), _written(ONE, 1), _written(TWO, 2), _written(ONE, 1, "alone")
    ),
    "I17 a store begins from another point": _history(
        _written(ONE, 1),
        _line("store-ends", STORE, ONE, 0, "archive-2"),
        _line("store-begins", STORE, TWO, 2, "archive-1"),
    ),
    "I18 a store loses more than was announced": _history(
        _told(1000), POINT, _written(ONE, 1), _written(ONE, 1), _step("started", BEGIN), BEGUN
    ),
}

WELL: Final[dict[str, list[Line]]] = {
    "I14 what is kept out announces": _history(
        _line("excluded", "a", text="run-1"),
        _line("placed", SERVICE, "ndc02", 2),
        _line("admitted", "a"),
        _line("announces", SERVICE, "a", 2),
    ),
    "I15 citizens come to what was given up": _history(
        _line("placed", SERVICE, "ndc01", 1),
        _line("excluded", "a", text="run-1"),
        _line("comes-to", SERVICE, "a", text="ndc01"),
        _line("placed", SERVICE, "ndc02", 2),
        _line("comes-to", SERVICE, "b", text="ndc02"),
        _line("admitted", "a"),
        _line("comes-to", SERVICE, "a", text="ndc01"),
    ),
    "I1 two writers": _history(*FOLLOWED),
    "I2 an old epoch is obeyed": _history(
        _line("obeyed", SERVICE, "a", 2, "announce-service run-1"),
        _line("obeyed", SERVICE, "b", 1, "announce-service run-1"),
        _line("obeyed", SERVICE, "a", 3, "withdraw-service run-2"),
    ),
    "I3 a planned switch loses a write": _history(
        *FOLLOWED, _line("log", DB, TWO, 2, "row-1 row-2")
    ),
    "I4 a loss that nobody named": _history(
        LEADS,
        _line("waits-for", DB, ONE, 0),
        _acknowledged(ONE, 1, "row-that-had-no-copy"),
        _line("forked", DB, TWO, 2, "taken-over"),
        _line("log", DB, TWO, 2, ""),
    ),
    "I5 dead on one word": _history(FAILOVER, _line("sight-of", "run-1", "a", 2, "")),
    "I6 two runs at once": _history(
        _line("claimed", DB, "", 1, "run-1"),
        _line("effect", DB, "run-1/promote", 1, SWITCH),
        _line("released", DB, "", 1),
        _line("claimed", DB, "", 2, "run-2"),
        _line("effect", DB, "run-2/promote", 1, SWITCH),
    ),
    "I7 the last serving site is taken away": _history(
        *ANNOUNCED, _line("withdraws", SERVICE, "a", 2), _line("falls-silent", SERVICE, "b")
    ),
    "I8 a guess": _history(
        LEADS, _line("stops", DB, ONE, 1), _line("forked", DB, TWO, 2, "elected")
    ),
    "I9 stale status is believed": _history(*FOLLOWED, _step("succeeded", SWITCH)),
    "I10 recovery needs what is lost": _history(
        FAILOVER,
        _step("started", "cut-power host=a life=1"),
        _step("started", "announce-service service=portal host=c epoch=2"),
    ),
    "I11 a tail is wiped, or a former leader writes": _history(
        _line("kept", DB, ONE, 1, "row-1,row-2"), _line("rewound", DB, ONE, 1, "row-1,row-2")
    ),
    "I12 a step is done twice": _history(
        _line("effect", DB, "run-1/promote", 1, SWITCH),
        _line("forked", DB, TWO, 2, "switched"),
        _line("leads", DB, TWO, 2),
        _line("forked", DB, ONE, 3, "elected"),
        _line("leads", DB, ONE, 3),
        _line("effect", DB, "run-1/promote", 2, SWITCH),
        _line("forked", DB, TWO, 4, "switched"),
        _line("leads", DB, TWO, 4),
    ),
    "I13 a copy leads that was only waited for": _history(
        _line("widened", DB, TWO, 2),
        _line("forked", DB, ONE, 2, "elected"),
        _line("allowed", DB, TWO, 3),
        _line("forked", DB, TWO, 3, "taken-over"),
    ),
    "I16 two write a store": _history(
        _told(-1), _written(ONE, 1), _written(TWO, 2), _written(ONE, 1, "alone"), _written(TWO, 2)
    ),
    "I17 a store begins from another point": _history(
        _written(ONE, 1),
        _step("started", BEGIN),
        BEGUN,
        _written(TWO, 2),
        _line("store-ends", STORE, ONE, 0, "archive-2"),
        _line("store-ends", STORE, TWO, 0, "archive-3"),
        _line("store-begins", STORE, ONE, 3, "archive-3"),
    ),
    "I18 a store loses more than was announced": _history(
        _told(2000), POINT, _written(ONE, 1), _written(ONE, 1), _step("started", BEGIN), BEGUN
    ),
}


@pytest.mark.parametrize("name", CHECKERS)
def test_what_breaks_one_invariant_is_found_by_its_checker_alone(name: str) -> None:
    broken = {sentence.split(":")[0] for sentence in violations(BROKEN[name])}

    assert broken == {name}


@pytest.mark.parametrize("name", CHECKERS)
def test_what_comes_close_and_breaks_none_is_left_alone(name: str) -> None:
    assert violations(WELL[name]) == []


def test_there_are_as_many_as_things_that_must_never_happen() -> None:
    assert [name.split(" ")[0] for name in CHECKERS] == [f"I{n}" for n in range(1, 19)]


def test_an_old_leader_that_acknowledges_after_the_next_is_one_of_two_writers() -> None:
    late = _history(*FOLLOWED, _acknowledged(ONE, 1, "row-3"))

    broken = {sentence.split(":")[0] for sentence in violations(late)}

    assert {"I1 two writers", "I11 a tail is wiped, or a former leader writes"} == broken


def test_a_host_that_is_given_up_and_seen_by_somebody_is_no_loss() -> None:
    seen = _history(FAILOVER, _line("sight-of", "run-1", "a", 2, "ndc03"))

    assert [sentence.split(":")[0] for sentence in violations(seen)] == ["I5 dead on one word"]


def test_what_a_runner_saw_before_it_stood_still_is_believed_once() -> None:
    announced = "announce-service service=portal host=a epoch=1"
    once = [_line("stands-still", "run-1"), _step("succeeded", announced)]

    assert violations(_history(*once)) == []
    assert len(violations(_history(*once, _step("succeeded", announced)))) == 1


def test_a_second_promotion_after_the_first_was_not_finished_is_no_repetition() -> None:
    taken = _line("effect", DB, "run-1/promote", 1, "take-over candidate=ndc02-data")
    forks = [_line("forked", DB, TWO, number, "taken-over") for number in (2, 3)]
    leads = [_line("leads", DB, TWO, number) for number in (2, 3)]

    unfinished = _history(forks[0], taken, forks[1], taken, leads[1])
    repeated = _history(forks[0], taken, leads[0], forks[1], taken, leads[1])

    assert violations(unfinished) == []
    assert [one.split(":")[0] for one in violations(repeated)] == ["I12 a step is done twice"]


@pytest.mark.parametrize(("answered_seconds", "broken"), [(5, 0), (300, 1)])
def test_the_power_of_a_host_that_answers_again_is_not_cut(
    answered_seconds: int, broken: int
) -> None:
    cut = _history(_line("power-off", "a", number=answered_seconds))

    assert len(violations(cut)) == broken


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ((), "announce-service service=portal host=a epoch=1"),
        (ANNOUNCED, "withdraw-service service=portal host=a epoch=1"),
        ((_line("placed", SERVICE, "x", 1),), "move-placement service=portal target=x epoch=2"),
        ((_line("power-off", "a"), _line("power-on", "a")), "cut-power host=a life=1"),
        ((), BEGIN),
    ],
)
def test_each_effect_that_was_not_there_is_a_stale_belief(
    before: tuple[Line, ...], words: str
) -> None:
    (sentence,) = violations(_history(*before, _step("succeeded", words)))

    assert sentence.startswith("I9 ")


@pytest.mark.parametrize(
    "late",
    [_written(ONE, 1), _written(ONE, 2), _written(ONE, 2, "alone")],
    ids=["heard-by-others", "under-the-same-epoch", "alone-under-the-same-epoch"],
)
def test_only_what_is_cut_off_may_go_on_writing_a_store_that_was_given_up(late: Line) -> None:
    history = _history(_told(-1), _written(ONE, 1), _written(TWO, 2), late)

    assert [one.split(":")[0] for one in violations(history)] == ["I16 two write a store"]


def test_a_store_is_written_nowhere_for_a_moment_as_it_moves() -> None:
    moves = _history(
        _line("announces", STORE, ONE, 1), _written(ONE, 1), _line("withdraws", STORE, ONE, 2)
    )

    assert violations(moves) == []


@pytest.mark.parametrize("path", sorted(CHECKERS_FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_checker_shares_no_code_with_what_it_checks(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    own = {"__future__", "collections", "collections.abc", "typing"}
    assert {m for m in modules - own if not m.startswith("tests.soak.checkers")} == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def _at(at: float, line: Line) -> Line:
    return (at, *line[1:])


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
        _at(at, _line(what, "a", "by-b" if what == "judged-dead" else "")) for at, what in lines
    ]

    assert [one.split(":")[0] for one in violations(history)] == ["I5 dead on one word"] * broken
