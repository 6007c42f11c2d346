"""A run's folder: what is asked of it, and who may carry it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.errors import PlanRefused
from core.locks import is_stopped
from core.runs.journal import Opened, Request, Where, Wish
from core.runs.plan import StepId
from core.system_clock import SystemClock
from dr.live.launch import Runner
from dr.live.run_folder import RunFolder, names
from dr.planning.plan import RecoveryPlan
from tests.clocks import HandClock
from tests.rehearsals import RUN, rehearsal

CARRY = (
    "import sys, time; from pathlib import Path; from core.system_clock import SystemClock;"
    "from dr.live.run_folder import RunFolder\n"
    "with RunFolder(Path(sys.argv[1]), sys.argv[2]).carried(SystemClock()):\n"
    "    print('carried', flush=True); sys.stdin.read()"
)


@pytest.fixture
def plan() -> RecoveryPlan:
    return rehearsal().plan


@pytest.fixture
def folder(tmp_path: Path, plan: RecoveryPlan) -> RunFolder:
    return RunFolder.create(tmp_path, plan)


def test_the_plan_that_was_kept_is_the_plan_that_runs(
    folder: RunFolder, plan: RecoveryPlan
) -> None:
    assert RunFolder.opened(folder.root, RUN).plan() == plan
    assert names(folder.root) == [RUN]


def test_a_run_of_that_name_is_not_made_twice(folder: RunFolder, plan: RecoveryPlan) -> None:
    with pytest.raises(PlanRefused, match="already") as refused:
        RunFolder.create(folder.root, plan)

    assert refused.value.next_step.startswith(f"ndc dr show {folder.run}")


@pytest.mark.parametrize("name", ["no-such-run", "..", ""])
def test_a_run_that_nobody_planned_is_refused(name: str, folder: RunFolder) -> None:
    with pytest.raises(PlanRefused, match="there is no run called"):
        RunFolder.opened(folder.root, name)


def test_requests_are_read_in_order_and_put_away(folder: RunFolder) -> None:
    inbox = folder.inbox()
    asked = [
        Request("1-skip", Wish.SKIP, "an", "by hand", StepId("drain")),
        Request("2-abort", Wish.ABORT, "binh"),
    ]
    for request in asked:
        inbox.post(request)

    assert list(inbox.requests()) == asked
    inbox.put_away(asked[0])
    assert list(inbox.requests()) == asked[1:]


@pytest.mark.parametrize("name", ["../../elsewhere", "2-abort", ""])
def test_a_request_that_is_not_named_after_its_file_is_put_aside(
    folder: RunFolder, name: str
) -> None:
    inbox = folder.inbox()
    inbox.post(Request("1-abort", Wish.ABORT, "an"))
    text = (inbox.path / "1-abort.json").read_text("utf-8").replace("1-abort", name)
    (inbox.path / "1-abort.json").write_text(text)

    assert list(inbox.requests()) == []
    assert [path.name for path in inbox.path.iterdir()] == ["1-abort.misnamed"]


def test_what_is_no_request_is_not_obeyed(folder: RunFolder) -> None:
    (folder.inbox_path / "0.json").write_text("{}")

    assert list(folder.inbox().requests()) == []


def test_one_process_carries_a_run_and_its_death_frees_it(folder: RunFolder) -> None:
    clock = SystemClock()
    words = [sys.executable, "-c", CARRY, str(folder.root), folder.run]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"carried\n"

        assert folder.is_carried
        assert int((folder.path / "lock").read_text()) == other.pid
        with (
            pytest.raises(PlanRefused, match="is carried already") as refused,
            folder.carried(HandClock()),
        ):
            pytest.fail("it was carried twice")
        assert refused.value.actual == f"by process {other.pid}"
        assert refused.value.next_step == f"ndc dr show {folder.run}"
        other.send_signal(signal.SIGSTOP)
        wait_until(clock, lambda: is_stopped(other.pid), what="a stop", bound=timedelta(seconds=5))
        assert (folder.is_carried, folder.stopped_carrier) == (False, other.pid)
        with pytest.raises(PlanRefused) as refused, folder.carried(HandClock()):
            pytest.fail("it was carried twice")
        assert refused.value.actual == f"by process {other.pid}, which is stopped"
        assert refused.value.next_step.startswith(f"kill -CONT {other.pid} lets it go on")
        other.send_signal(signal.SIGCONT)
        assert (folder.is_carried, folder.stopped_carrier) == (True, None)
        other.kill()

    assert (folder.is_carried, folder.stopped_carrier) == (False, None)
    with folder.carried(clock):
        assert int((folder.path / "lock").read_text()) == os.getpid()


def test_who_only_looks_does_not_keep_a_runner_out(folder: RunFolder) -> None:
    assert not folder.is_carried
    with folder.carried(SystemClock()):
        assert folder.is_carried


def test_a_runner_that_cannot_begin_leaves_its_reason(folder: RunFolder) -> None:
    told: list[object] = []
    runner = Runner("no-such-environment", folder, SystemClock())

    exit_code = runner.carry(told.append)

    assert exit_code == PlanRefused.exit_code
    assert "there is no environment called no-such-environment" in folder.last_words()
    assert told == []


def test_a_runner_loads_nothing_of_where_a_person_stands(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit(99)\n", "utf-8")
    monkeypatch.chdir(tmp_path)

    exit_code = Runner("no-such-environment", folder, SystemClock()).carry(lambda _: None)

    assert exit_code == PlanRefused.exit_code


def test_the_name_of_a_run_is_on_disk_before_anything_of_it_is_done(
    tmp_path: Path, plan: RecoveryPlan, synced: list[Path]
) -> None:
    root = tmp_path / "runs"

    folder = RunFolder.create(root, plan)

    assert {tmp_path, root, folder.path} <= set(synced)


def test_a_journal_whose_maker_died_before_its_name_was_on_disk_is_named_by_the_next(
    folder: RunFolder, plan: RecoveryPlan, synced: list[Path]
) -> None:
    (folder.path / "journal.jsonl").touch()

    folder.journal(SystemClock()).append(Opened(plan, Where.FILE))

    assert folder.path in synced
