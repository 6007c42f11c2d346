"""From the program that sshd starts, over the socket, to the program that keeps stores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.names import HostName
from storage.onhost.source_socket import SourceSocket
from storage.requests import PullRequest, read_answer, request_text
from storage.standing import read_standing
from tests.networks import ROOT
from tests.unit.storage.two_sites import FAR, STORE, TwoSites


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Path]:
    sites = TwoSites(tmp_path)
    sites.write("text")
    sites.source.look()
    place = tmp_path / "s"
    with SourceSocket(place, sites.side) as server:
        server.serve_beside()
        yield place
        server.shutdown()


def _asked(socket: Path, refuge: HostName, asked: str) -> subprocess.CompletedProcess[bytes]:
    """Ask as sshd does, on a host where the socket is ``socket``."""
    program = (
        "import sys, pathlib; from storage.onhost import ask_main; "
        f"ask_main.STORAGE_SOCKET = pathlib.PurePosixPath({str(socket)!r}); "
        f"sys.argv = ['ask_main', {str(refuge)!r}]; ask_main.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "SSH_ORIGINAL_COMMAND": asked},
        capture_output=True,
        check=False,
        timeout=30,
    )


def test_a_refuge_is_answered_and_sent_what_it_lacks(socket: Path) -> None:
    done = _asked(socket, FAR, request_text(PullRequest(STORE.name, ())))

    line, stream = done.stdout.split(b"\n", 1)
    assert done.returncode == 0
    assert read_answer(line.decode()).point is not None
    assert b"text" in stream


def test_root_of_the_host_is_told_how_it_is_with_a_store(socket: Path) -> None:
    program = (
        "import sys, pathlib; from storage.onhost import tell_main; "
        f"tell_main.STORAGE_SOCKET = pathlib.PurePosixPath({str(socket)!r}); "
        f"sys.argv = ['tell_main', {str(STORE.name)!r}]; tell_main.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, timeout=30
    )

    assert done.returncode == 0
    assert read_standing(done.stdout.decode()).writes


def test_who_asks_for_something_else_is_not_answered(socket: Path) -> None:
    for asked in ("", "cat /etc/shadow", "x" * 100_000):
        done = _asked(socket, FAR, asked)

        assert done.stdout == b""


def test_who_asks_is_whose_key_it_is_and_not_who_he_says(socket: Path) -> None:
    asked = f"{FAR}\n{request_text(PullRequest(STORE.name, ()))}"

    done = _asked(socket, HostName("gamma-data"), asked)

    assert done.stdout == b""


def test_where_nobody_answers_it_is_said(tmp_path: Path) -> None:
    done = _asked(tmp_path / "nobody", FAR, "")

    assert done.returncode == 1
    assert b"the storage program does not answer" in done.stderr


def test_nobody_but_its_own_account_reaches_the_socket(socket: Path) -> None:
    assert socket.stat().st_mode & 0o777 == 0o600
