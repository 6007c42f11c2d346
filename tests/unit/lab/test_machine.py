from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.errors import Rejected
from lab import machine, shared
from lab.shared import SharedThing


def _number(environment: str, folder: Path) -> int:
    number, _ = machine.claim_number(environment, folder / "var" / environment, folder)
    return number


def test_every_environment_has_a_number_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first = _number("lab", tmp_path)
    second = _number("suite", tmp_path)

    assert first != second
    assert _number("lab", tmp_path) == first
    assert machine.number_of("suite", tmp_path) == second


def test_a_number_that_was_released_is_given_to_the_next(tmp_path: Path) -> None:
    _number("lab", tmp_path)
    freed = _number("suite", tmp_path)

    machine.release_number("suite", tmp_path)

    assert machine.number_of("suite", tmp_path) is None
    assert _number("pr-123", tmp_path) == freed


def test_a_name_of_another_checkout_is_refused_until_its_folder_is_gone(tmp_path: Path) -> None:
    home, other = (tmp_path / checkout / "var" / "lab" for checkout in ("here", "there"))
    other.mkdir(parents=True)
    given = machine.claim_number("lab", other, tmp_path)

    with pytest.raises(Rejected, match="another checkout") as refused:
        machine.claim_number("lab", home, tmp_path)
    other.rmdir()

    assert str(other) in refused.value.actual
    assert machine.claim_number("lab", home, tmp_path) == given


def test_a_large_environment_has_numbers_in_a_row_that_nobody_else_gets(tmp_path: Path) -> None:
    first = _number("first", tmp_path)
    large = machine.claim_number("large", tmp_path / "large", tmp_path, blocks=4)
    others = {_number(f"small-{count}", tmp_path) for count in range(5)}

    assert (first, large) == (1, (4, 4))
    assert others == {2, 3, 8, 9, 10}
    assert machine.claim_number("large", tmp_path / "large", tmp_path) == large


def test_the_numbers_of_a_large_environment_that_went_are_given_again(tmp_path: Path) -> None:
    machine.claim_number("large", tmp_path / "large", tmp_path, blocks=64)
    machine.claim_number("second", tmp_path / "second", tmp_path, blocks=64)
    with pytest.raises(Rejected, match="no number left") as refused:
        machine.claim_number("third", tmp_path / "third", tmp_path, blocks=64)

    machine.release_number("large", tmp_path)

    assert "64 of 254 numbers" in refused.value.expected
    assert machine.claim_number("third", tmp_path / "third", tmp_path, blocks=64) == (64, 64)


def test_the_last_number_but_one_environment_more_is_refused(tmp_path: Path) -> None:
    taken = {f"e{number}": number for number in range(1, 255)}
    (tmp_path / "register.json").write_text(json.dumps({"numbers": taken, "shared": {}}))

    with pytest.raises(Rejected) as refused:
        _number("one-more", tmp_path)

    assert "ndc env destroy" in refused.value.next_step


def test_a_damaged_register_is_reported_and_left_as_it_is(tmp_path: Path) -> None:
    register = tmp_path / "register.json"
    register.write_text('{"numbers": 7}')

    with pytest.raises(Rejected, match="cannot be read"):
        _number("lab", tmp_path)

    assert register.read_text() == '{"numbers": 7}'


@dataclass
class Limit:
    """A setting of the machine that a lab needs to be 2048."""

    value: str = "128"
    writes: list[str] = field(default_factory=list)

    def thing(self) -> SharedThing:
        return SharedThing(
            "limit",
            otherwise=lambda: "" if self.value == "2048" else self.value,
            make=lambda: self._set("2048"),
            restore=self._set,
        )

    def _set(self, value: str) -> None:
        self.value = value
        self.writes.append(value)


def test_the_first_user_makes_what_is_shared_and_the_last_one_restores_it(tmp_path: Path) -> None:
    limit = Limit()

    shared.join("lab", tmp_path, [limit.thing()])
    shared.join("suite", tmp_path, [limit.thing()])
    shared.leave("lab", tmp_path, [limit.thing()])
    assert limit.value == "2048"
    shared.leave("suite", tmp_path, [limit.thing()])

    assert limit.writes == ["2048", "128"]


def test_what_was_as_needed_before_the_first_user_stays_after_the_last(tmp_path: Path) -> None:
    limit = Limit("2048")

    shared.join("lab", tmp_path, [limit.thing()])
    shared.leave("lab", tmp_path, [limit.thing()])

    assert limit.writes == []


def test_to_leave_twice_is_no_error(tmp_path: Path) -> None:
    limit = Limit()
    shared.join("lab", tmp_path, [limit.thing()])

    shared.leave("lab", tmp_path, [limit.thing()])
    shared.leave("lab", tmp_path, [limit.thing()])

    assert limit.writes == ["2048", "128"]


def test_how_it_was_is_on_record_before_it_is_changed(tmp_path: Path) -> None:
    limit = Limit()

    def die() -> None:
        raise Rejected("the machine lost its power here")

    broken = SharedThing("limit", limit.thing().otherwise, die, limit.thing().restore)
    with pytest.raises(Rejected):
        shared.join("lab", tmp_path, [broken])
    limit.value = "2048"  # it had happened, all the same
    shared.leave("lab", tmp_path, [limit.thing()])

    assert limit.value == "128"


def test_priorities_count_from_the_first_lab_to_the_last_and_then_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = tmp_path / "sched_autogroup_enabled"
    setting.write_text("1\n", "ascii")
    monkeypatch.setattr(shared, "_BY_SESSION", setting)
    things = [thing for thing in shared.THINGS if thing.name == "weight of sessions"]
    seen = []

    for act, environment in (
        (shared.join, "lab"),
        (shared.join, "suite"),
        (shared.leave, "lab"),
        (shared.leave, "suite"),
    ):
        act(environment, tmp_path, things)
        seen.append(setting.read_text("ascii").strip())

    assert seen == ["0", "0", "0", "1"]


def test_a_kernel_that_knows_no_sessions_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = tmp_path / "nothing"
    monkeypatch.setattr(shared, "_BY_SESSION", setting)

    shared.join("lab", tmp_path, shared.THINGS[-1:])

    assert not setting.exists()
