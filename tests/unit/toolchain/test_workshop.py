"""A step of a build: it says that it goes on, and of a failure what a person can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Rejected
from core.system_clock import SystemClock
from toolchain.build.workshop import Workshop

NETWORK = "package registries that answer"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with (tmp_path / "lock").open("w") as lock:
        yield Workshop(
            draft=tmp_path,
            log=tmp_path / "log",
            say=lambda _: None,
            clock=SystemClock(),
            lock=lock.fileno(),
        )


def test_a_long_step_says_that_it_goes_on(workshop: Workshop) -> None:
    said: list[str] = []
    impatient = replace(workshop, say=said.append, patience=timedelta(milliseconds=50))

    impatient.run("melting", "sleep", "0.2")

    assert "  melting: 0 s so far" in said


def test_a_step_runs_where_and_with_what_it_is_told(workshop: Workshop) -> None:
    folder = workshop.draft / "here"
    folder.mkdir()

    workshop.run("looking", "sh", "-c", "echo $X in $PWD", environment={"X": "1"}, folder=folder)

    assert f"1 in {folder}" in workshop.log.read_text("utf-8")


def test_what_a_step_makes_is_for_everybody_to_read(workshop: Workshop) -> None:
    before = os.umask(0o077)
    try:
        workshop.run("making", "mkdir", "made")
    finally:
        os.umask(before)

    assert (workshop.draft / "made").stat().st_mode & 0o777 == 0o755


def test_a_step_that_is_told_nothing_runs_in_the_draft(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    workshop.run("looking", "pwd")

    assert workshop.log.read_text("utf-8").splitlines()[-1] == str(workshop.draft)


@pytest.mark.parametrize(
    ("printed", "expected", "actual"),
    [
        (
            "Get:1\nE: Failed to fetch InRelease  Temporary failure resolving x\nE: aborting",
            NETWORK,
            "E: Failed to fetch InRelease  Temporary failure resolving x",
        ),
        (
            "go: m@v1: dial tcp: lookup proxy: no such host",
            NETWORK,
            "go: m@v1: dial tcp: lookup proxy: no such host",
        ),
        (
            "tar: x: Cannot write: No space left on device",
            "room for what is built",
            "tar: x: Cannot write: No space left on device",
        ),
        ("fine\nerror: hash mismatch\nbye", "exit code 0", "error: hash mismatch"),
        ("only this", "exit code 0", "only this"),
        ("", "exit code 0", "exit code 7"),
    ],
)
def test_a_failure_names_its_cause_and_the_log(
    workshop: Workshop, printed: str, expected: str, actual: str
) -> None:
    script = 'printf "%s\\n" "$0"; exit 7'

    with pytest.raises(Rejected, match="casting did not succeed") as refusal:
        workshop.run("casting", "sh", "-c", script, printed)

    assert refusal.value.expected == expected
    assert refusal.value.actual == actual
    assert str(workshop.log) in refusal.value.next_step


def test_an_earlier_step_is_not_blamed(workshop: Workshop) -> None:
    workshop.run("first", "echo", "error: connection refused, trying another mirror")

    with pytest.raises(Rejected) as refusal:
        workshop.run("second", "false")

    assert refusal.value.actual == "exit code 1"


def test_a_program_that_is_not_there_is_named(workshop: Workshop) -> None:
    with pytest.raises(Rejected) as refusal:
        workshop.run("casting", "no-such-program")

    assert refusal.value.actual == "no-such-program: No such file or directory"
