from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.errors import Rejected, Unreachable
from core.system_clock import SystemClock
from stacks.engine.record import read_record, settle_locks, stacks_on_record
from tests.clocks import HandClock

STACK = "site-ndc01"


def record(backend: Path, text: str, suffix: str = "") -> Path:
    path = backend / ".pulumi" / "stacks" / "ndc" / f"{STACK}.json{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def lock(backend: Path, text: str) -> Path:
    path = backend / ".pulumi" / "locks" / "organization" / "ndc" / STACK / "x.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def of_here(pid: int) -> str:
    return json.dumps({"pid": pid, "hostname": os.uname().nodename})


def test_nothing_is_on_record_before_the_first_run(tmp_path: Path) -> None:
    assert stacks_on_record(tmp_path) == []
    assert not read_record(tmp_path, STACK).known


@pytest.mark.parametrize(
    ("latest", "interrupted"),
    [
        (None, False),
        ({"resources": []}, False),
        ({"pending_operations": []}, False),
        ({"pending_operations": [{"type": "creating"}]}, True),
    ],
)
def test_operations_whose_end_was_not_seen_are_noticed(
    tmp_path: Path, latest: object, *, interrupted: bool
) -> None:
    record(tmp_path, json.dumps({"checkpoint": {"latest": latest}}))

    found = read_record(tmp_path, STACK)

    assert (found.known, found.interrupted) == (True, interrupted)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"checkpoint": 3}'])
def test_a_damaged_record_is_refused_and_its_backup_named(tmp_path: Path, text: str) -> None:
    path = record(tmp_path, text)
    backup = record(tmp_path, '{"checkpoint": {}}', ".bak")

    with pytest.raises(Rejected) as refused:
        read_record(tmp_path, STACK)

    assert refused.value.next_step == f"cp {backup} {path}; then `ndc up`"
    assert stacks_on_record(tmp_path) == [STACK]


def test_without_a_sound_backup_what_is_there_can_be_adopted(tmp_path: Path) -> None:
    path = record(tmp_path, "")
    record(tmp_path, "", ".bak")

    with pytest.raises(Rejected) as refused:
        read_record(tmp_path, STACK)

    assert refused.value.next_step.startswith(f"rm {path}")


@pytest.mark.parametrize("text", [of_here(pid=2**22 + 1), of_here(pid=os.getpid()), "{torn"])
def test_a_lock_whose_engine_is_dead_is_removed(tmp_path: Path, text: str) -> None:
    path = lock(tmp_path, text)

    settle_locks(tmp_path, STACK, HandClock())

    assert not path.exists()


def test_a_lock_of_another_machine_is_left_to_the_engine(tmp_path: Path) -> None:
    path = lock(tmp_path, json.dumps({"pid": 1, "hostname": "elsewhere"}))

    settle_locks(tmp_path, STACK, HandClock())

    assert path.exists()


def test_a_lock_whose_engine_lives_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    engine = tmp_path / "pulumi"
    engine.symlink_to("/bin/sleep")  # a process is called what it was started as
    with subprocess.Popen([engine, "60"]) as process:
        path = lock(tmp_path, of_here(process.pid))
        name = Path(f"/proc/{process.pid}/comm")
        wait_until(
            SystemClock(),
            lambda: name.read_text() == "pulumi\n",
            what="its name",
            bound=timedelta(seconds=10),
        )

        with pytest.raises(Unreachable, match=STACK):
            settle_locks(tmp_path, STACK, HandClock())
        process.kill()

    assert path.exists()
