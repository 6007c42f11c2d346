"""Documents that are made from tables and headers say what these say."""

from __future__ import annotations

import pytest

from core import errors
from core.errors import NdcError
from tests.conftest import Golden
from tests.documents import GENERATED, decisions, tree_of_errors
from tests.networks import ROOT
from tests.results import results_index


def test_the_index_of_results_is_current(golden: Golden) -> None:
    golden(ROOT / "docs/results/README.md", results_index())


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_is_current(name: str, golden: Golden) -> None:
    golden(ROOT / name, GENERATED[name]())


def test_the_drawn_tree_of_errors_has_every_class() -> None:
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, NdcError) and value is not NdcError
    }

    assert set(tree_of_errors()) == classes


def test_a_decisions_file_is_named_for_its_number() -> None:
    for one in decisions():
        assert one.file.startswith(f"{one.number:04d}-")


def test_two_decisions_tell_the_same_of_each_other() -> None:
    by_number = {one.number: one for one in decisions()}

    amended = {(one.number, other) for one in by_number.values() for other in one.amends}
    amenders = {(other, one.number) for one in by_number.values() for other in one.amended_by}
    superseded = {(one.number, other) for one in by_number.values() for other in one.supersedes}
    successors = {(one.superseded_by, one.number) for one in by_number.values()}
    assert amended == amenders
    assert superseded == {pair for pair in successors if pair[0] is not None}
    assert {number for pair in amended | superseded for number in pair} <= set(by_number)


def test_a_decision_amends_what_was_there_before_it() -> None:
    by_number = {one.number: one for one in decisions()}

    for one in by_number.values():
        for other in one.amends | one.supersedes:
            assert by_number[other].date <= one.date
