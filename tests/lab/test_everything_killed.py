"""Everything of an environment is killed at once, in the middle of an ``up``; ``up`` goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, SLOW, Portal, kept, submit
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

KEY = "before-everything-was-killed"


def test_up_goes_on_after_everything_was_killed_and_what_was_acknowledged_is_there(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    submit(lab, portal, KEY, {})

    with lab.begun("up") as going:
        assert going.stderr
        assert any(line.startswith("contents of the hosts") for line in going.stderr)
        killed = _kill(_everything(lab, going))
        going.communicate()
    again = lab.ndc("up", bound_seconds=600)

    assert killed > len(lab.declared("hosts"))
    assert again.code == 0, again.stderr
    assert len(kept(lab, portal, KEY)) == 1


def _everything(lab: Terminal, going: subprocess.Popen[str]) -> list[int]:
    """Return the command, its children, the daemons, and the first process of every host."""
    known = lab.done("lab", "status", "--json").value
    daemons = [pid for pid, words in _processes() if _is_daemon(words, lab.environment)]
    return [*_family(going.pid), *daemons, *(host["pid"] for host in known["hosts"])]


def _kill(pids: list[int]) -> int:
    """Kill ``pids``; return how many were there, when all are gone."""
    there = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    for pid in there:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(
        CLOCK,
        lambda: not any(map(_is_alive, there)),
        what="the end of everything",
        bound=SLOW,
    )
    return len(there)


def _is_daemon(words: list[str], environment: str) -> bool:
    return environment in words and bool({"ndc.daemons.labd", "lab.relay.daemon"} & set(words))


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text("ascii").split():
                yield from _family(int(child))


def _processes() -> Iterator[tuple[int, list[str]]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield int(path.parent.name), path.read_text("utf-8", "replace").split("\0")


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
