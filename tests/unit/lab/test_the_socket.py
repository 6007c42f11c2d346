"""The client against a daemon that says what it is told to say."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.errors import Rejected, Unreachable
from lab.client import Labd
from lab.substrate import LabSubstrate
from tests.unit.lab.daemons import a_daemon
from tests.unit.lab.specs import HOST, LINK

SOON = timedelta(milliseconds=50)


def test_progress_is_passed_on_before_the_answer_is_returned(tmp_path: Path) -> None:
    heard: list[str] = []
    with a_daemon(tmp_path / "s", b'{"progress": "booting"}\n', b'{"ok": 5}\n') as asked:
        answer = Labd(tmp_path / "s").ask("power-on", heard.append, hosts=["east-node"])

    assert answer == 5
    assert heard == ["booting"]
    assert asked == [{"verb": "power-on", "hosts": ["east-node"]}]


@pytest.mark.parametrize(("kind", "known"), [("rejected", Rejected), ("unreachable", Unreachable)])
def test_an_error_keeps_what_is_known_and_its_four_lines(
    tmp_path: Path, kind: str, known: type[Rejected | Unreachable]
) -> None:
    four = {"what": "w", "expected": "e", "actual": "a", "next_step": "n"}
    line = json.dumps({"error": {"kind": kind, **four}}).encode() + b"\n"

    with a_daemon(tmp_path / "s", line), pytest.raises(known) as raised:
        Labd(tmp_path / "s").cut("east-west")

    assert {
        "what": raised.value.what,
        "expected": raised.value.expected,
        "actual": raised.value.actual,
        "next_step": raised.value.next_step,
    } == four


@pytest.mark.parametrize("said", [b"", b'{"progress": "booting"}\n', b"no JSON\n"])
def test_a_daemon_that_hangs_up_may_have_done_it(tmp_path: Path, said: bytes) -> None:
    with a_daemon(tmp_path / "s", said), pytest.raises(Unreachable):
        Labd(tmp_path / "s", SOON).ask("power-off", hosts=["east-node"], start=False)


def test_to_look_at_status_starts_no_daemon(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="no ndc-labd serves environment"):
        Labd(tmp_path / "labd.sock").status()

    assert not list(tmp_path.iterdir())


def test_a_specification_comes_back_as_it_went(tmp_path: Path) -> None:
    there = json.dumps({"ok": {**_plain(), "segment": ""}}).encode() + b"\n"

    with a_daemon(tmp_path / "s", there):
        seen = LabSubstrate(tmp_path / "s").look("host", HOST.name)

    assert seen is not None
    assert (seen.name, getattr(seen, "segment", None)) == (HOST.name, "")


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    with a_daemon(tmp_path / "s", b'{"ok": null}\n'):
        assert LabSubstrate(tmp_path / "s").look("link", LINK.name) is None


def _plain() -> dict[str, Any]:
    return {
        "name": HOST.name,
        "site": HOST.site,
        "segment": HOST.segment,
        "management": HOST.management,
        "image": HOST.image,
        "host_key": HOST.host_key,
    }


class _Birth(NamedTuple):
    """What a daemon that could not start left on its standard error."""

    text: str
    next_step: str


@pytest.mark.parametrize(
    "birth",
    [
        _Birth(
            "     what  the state is damaged\n expected  JSON\n   actual  none\n"
            "next step  ndc lab sweep\n",
            "ndc lab sweep",
        ),
        _Birth("Killed\n", "ndc --env ci logs labd"),
    ],
)
def test_a_daemon_that_cannot_start_says_itself_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, birth: _Birth
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nprintf '%s' '{birth.text}' >&2\nexit 6\n", "utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))

    with pytest.raises(Rejected) as refused:
        Labd(tmp_path / "ci" / "labd.sock").status(start=True)

    assert refused.value.next_step == birth.next_step
