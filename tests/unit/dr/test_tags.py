"""What a host writes down of whether its copy may lead, and what it answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from core import host_paths
from core.errors import Rejected
from core.runs.plan import RunName
from dr.hosts.leave import Leave, Permit, leave_text, read_leave
from dr.onhost.tags_main import refused, write

RUN, NEXT = RunName("run-1"), RunName("run-2")


def _write(folder: Path, leave: Leave, epoch: int, run: RunName = RUN) -> None:
    write(folder, Permit(leave, epoch, run))


def _file(folder: Path) -> Path:
    return folder / host_paths.PATRONI_LEAVE


def test_a_copy_that_may_lead_has_tags_that_override_what_is_declared(tmp_path: Path) -> None:
    _write(tmp_path, Leave.ALLOW, 4)

    assert yaml.safe_load(_file(tmp_path).read_text("utf-8")) == {
        "tags": {"nofailover": False, "nosync": False}
    }


def test_a_copy_that_is_waited_for_gives_the_key_to_lead_back(tmp_path: Path) -> None:
    _write(tmp_path, Leave.WIDEN, 4)

    assert yaml.safe_load(_file(tmp_path).read_text("utf-8")) == {
        "tags": {"nofailover": False, "nosync": False},
        "postgresql": {"pre_promote": "/bin/false"},
    }


def test_a_copy_that_is_barred_is_as_declared(tmp_path: Path) -> None:
    _write(tmp_path, Leave.ALLOW, 4)
    _write(tmp_path, Leave.FORBID, 5)

    assert yaml.safe_load(_file(tmp_path).read_text("utf-8")) == {}


def test_patroni_reads_what_is_declared_before_it() -> None:
    names = sorted([host_paths.PATRONI_LEAVE, host_paths.PATRONI_DECLARED])

    assert names == [host_paths.PATRONI_DECLARED, host_paths.PATRONI_LEAVE]


@pytest.mark.parametrize(("epoch", "may"), [(3, False), (4, True), (5, True)])
def test_an_epoch_that_is_over_is_refused(tmp_path: Path, epoch: int, may: bool) -> None:  # noqa: FBT001 - a row of a table
    _write(tmp_path, Leave.ALLOW, 4)

    assert (refused(tmp_path, Permit(Leave.ALLOW, epoch, NEXT)) is None) is may


@pytest.mark.parametrize(
    ("leave", "run", "may"),
    [(Leave.WIDEN, RUN, False), (Leave.WIDEN, NEXT, True), (Leave.FORBID, RUN, True)],
)
def test_what_a_run_sent_before_it_put_all_back_comes_too_late(
    leave: Leave,
    run: RunName,
    may: bool,  # noqa: FBT001 - a column
    tmp_path: Path,
) -> None:
    _write(tmp_path, Leave.FORBID, 4)

    assert (refused(tmp_path, Permit(leave, 4, run)) is None) is may


def test_a_file_that_names_no_run_has_an_epoch_all_the_same(tmp_path: Path) -> None:
    _file(tmp_path).write_text("# epoch 4\n{}\n", "utf-8")

    assert refused(tmp_path, Permit(Leave.ALLOW, 3, RUN)) == "epoch 3 is older than 4"
    assert refused(tmp_path, Permit(Leave.ALLOW, 4, RUN)) is None


def test_where_nothing_was_written_any_epoch_will_do(tmp_path: Path) -> None:
    assert refused(tmp_path, Permit(Leave.ALLOW, 1, RUN)) is None


def test_what_somebody_else_wrote_is_left_alone(tmp_path: Path) -> None:
    _file(tmp_path).write_text("tags: {}\n", "utf-8")

    assert refused(tmp_path, Permit(Leave.ALLOW, 9, RUN)) == "somebody else wrote tags: {}"


def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        _write(tmp_path / "none", Leave.ALLOW, 1)


@pytest.mark.parametrize("refusal", [None, "epoch 1 is older than 2"])
def test_an_answer_is_read_as_it_was_written(refusal: str | None) -> None:
    assert read_leave(leave_text(refusal)) == refusal


@pytest.mark.parametrize("text", ["", "{}", '{"refused": 1}', "null"])
def test_what_is_no_answer_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_leave(text)
