"""The cache of built things: whole or not there, built once, never over each other."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Rejected
from core.locks import is_held
from toolchain.build.cache import Recipe, contents, digest_of, made
from toolchain.build.workshop import Workshop

ROOT = Path(__file__).resolve().parents[3]
RECIPE = Recipe(
    kind="bell",
    what="the bell",
    digest="ab12",
    expected=timedelta(seconds=90),
    needed_bytes=1,
)


def _silent(_: str) -> None:
    pass


def _cast(workshop: Workshop) -> None:
    (workshop.draft / "bell").write_text("ding", "utf-8")


def test_a_built_thing_is_found_and_not_built_again(tmp_path: Path) -> None:
    said: list[str] = []
    first = made(tmp_path, RECIPE, _cast, said.append)

    second = made(tmp_path, RECIPE, lambda _: pytest.fail("built twice"), said.append)

    assert first == second == tmp_path / "bell" / "ab12"
    assert (first / "bell").read_text("utf-8") == "ding"
    assert said == ["building the bell (about 90 s)", "built the bell in 0 s"]


def test_a_failed_build_leaves_nothing_but_its_log(tmp_path: Path) -> None:
    def crack(workshop: Workshop) -> None:
        _cast(workshop)
        workshop.run("cooling the bell", "sh", "-c", "echo error: it cracked; exit 3")

    with pytest.raises(Rejected) as refusal:
        made(tmp_path, RECIPE, crack, _silent)

    log = tmp_path / "bell" / "ab12.log"
    assert refusal.value.lines() == [
        "     what  cooling the bell did not succeed",
        " expected  exit code 0",
        "   actual  error: it cracked",
        f"next step  read why (the whole log: {log}), then run the command again",
    ]
    assert "it cracked" in log.read_text("utf-8")
    assert not (tmp_path / "bell" / "ab12").exists()
    assert (made(tmp_path, RECIPE, _cast, _silent) / "bell").exists()
    assert not log.exists()


def test_what_an_interrupted_build_left_is_thrown_away(tmp_path: Path) -> None:
    leftover = tmp_path / "bell" / ".draft-0ld" / "half"
    leftover.mkdir(parents=True)

    made(tmp_path, RECIPE, _cast, _silent)

    assert sorted(path.name for path in (tmp_path / "bell").iterdir()) == [".lock", "ab12"]


def test_two_callers_at_once_build_it_once(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    said: list[str] = []

    def slow(workshop: Workshop) -> None:
        begun.set()
        go_on.wait(10)
        _cast(workshop)

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("waiting"):
            go_on.set()

    first = threading.Thread(target=made, args=(tmp_path, RECIPE, slow, say))
    first.start()
    begun.wait(10)
    found = made(tmp_path, RECIPE, lambda _: pytest.fail("built twice"), say)
    first.join()

    assert (found / "bell").exists()
    assert "waiting: another process is building the bell" in said


def test_a_step_that_outlives_its_builder_keeps_the_lock(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import timedelta\n"
        "from toolchain.build.cache import Recipe, made\n"
        "recipe = Recipe('bell', 'the bell', 'ab12', timedelta(seconds=1), 1)\n"
        "deadly = ('sh', '-c', 'kill -9 $PPID; sleep 5')\n"
        "made(Path(sys.argv[1]), recipe, lambda w: w.run('killing us', *deadly), print)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL

    assert is_held(tmp_path / "bell" / ".lock")


def test_without_room_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="no room to build the bell") as refusal:
        made(tmp_path, replace(RECIPE, needed_bytes=2**60), _cast, _silent)

    assert refusal.value.expected == f"1073741824.0 GiB free in {tmp_path / 'bell'}"
    assert "XDG_CACHE_HOME" in refusal.value.next_step


def test_a_digest_tells_names_and_contents_apart_but_not_their_order() -> None:
    assert digest_of([("a", b"1"), ("b", b"2")]) == digest_of([("b", b"2"), ("a", b"1")])
    assert len({digest_of(p) for p in ([("a", b"1")], [("a", b"2")], [("b", b"1")], [])}) == 4
    assert digest_of([("a", b"b\0"), ("c", b"")]) != digest_of([("a", b""), ("b\0c", b"")])


def test_bytecode_defines_nothing(tmp_path: Path) -> None:
    (tmp_path / "p" / "__pycache__").mkdir(parents=True)
    (tmp_path / "p" / "m.py").write_text("x", "utf-8")
    (tmp_path / "p" / "__pycache__" / "m.pyc").write_bytes(b"y")

    assert contents(tmp_path, tmp_path / "p") == [("p/m.py", b"x")]


def test_a_folder_that_was_torn_is_built_again(tmp_path: Path) -> None:
    recipe = replace(RECIPE, yields="bell")
    whole = made(tmp_path, recipe, _cast, _silent)
    (whole / "bell").unlink()
    (whole / "rest").write_text("left", "utf-8")

    assert made(tmp_path, recipe, _cast, _silent) == whole
    assert [path.name for path in whole.iterdir()] == ["bell"]


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", "utf-8")

    with pytest.raises(Rejected, match="the bell cannot be kept") as refusal:
        made(tmp_path / "cache", RECIPE, _cast, _silent)

    assert "XDG_CACHE_HOME" in refusal.value.next_step


def test_a_disk_that_fills_up_meanwhile_is_told(tmp_path: Path) -> None:
    def cast(_: Workshop) -> None:
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            full.write("ding")

    with pytest.raises(Rejected) as refusal:
        made(tmp_path, RECIPE, cast, _silent)

    assert refusal.value.actual == "No space left on device"
    assert not (tmp_path / "bell" / "ab12").exists()
