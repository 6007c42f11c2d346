"""A journal keeps one format for life: another version reads it, and does not write in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.errors import PlanRefused
from core.formats import Format
from core.runs.journal import RunVerdict
from core.runs.machine import StepState
from core.runs.plan import StepId
from core.runs.run import fold
from tests.unit.core.runs.small import Bench, step


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes this process the next version: it writes another format, and reads both."""

    def to_the_next() -> None:
        written = Format.JOURNAL.number
        monkeypatch.setattr(Format.JOURNAL, "number", written + 1)
        monkeypatch.setattr(Format.JOURNAL, "read", range(1, written + 2))

    return to_the_next


def _held() -> Bench:
    bench = Bench()
    bench.world.refuses.add("b")
    bench.start(step("a"), step("b", "a"))
    return bench


def test_a_run_that_an_older_version_began_is_read_and_not_gone_on_with(
    upgrade: Callable[[], None],
) -> None:
    bench = _held()
    before = list(bench.journal.lines)
    upgrade()

    with pytest.raises(PlanRefused, match="begun by another version") as refused:
        bench.engine.resume()

    run = fold(bench.journal.records())
    assert run is not None
    assert run.states[StepId("b")] is StepState.FAILED
    assert bench.journal.lines == before
    assert len(refused.value.lines()) == 4


def test_a_run_that_is_over_is_read_by_every_later_version(upgrade: Callable[[], None]) -> None:
    bench = Bench()
    bench.start(step("a"))
    upgrade()

    assert bench.engine.resume().closed is RunVerdict.DONE


def test_a_run_that_a_later_version_began_is_not_even_read(
    upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade()
    bench = _held()
    before = list(bench.journal.lines)
    monkeypatch.undo()

    with pytest.raises(PlanRefused, match="in a format that this ndc does not read"):
        bench.engine.resume()

    assert bench.journal.lines == before


def test_a_run_is_resumed_by_the_version_that_began_it(upgrade: Callable[[], None]) -> None:
    upgrade()
    bench = _held()

    assert bench.engine.resume().format == Format.JOURNAL.number
