from __future__ import annotations

from pathlib import Path

import pytest

from access.this_host import ThisHost, this_host_of_arguments
from inventory.contents import contents_of
from inventory.postgresql import logins
from tests.networks import PORTAL_ALONE, network


def test_a_daemon_of_another_version_than_its_network_leaves_four_lines_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "network.json").write_text('{"format": 2}', "utf-8")
    monkeypatch.setattr("sys.argv", ["exporter", str(tmp_path / "host.json")])

    with pytest.raises(SystemExit) as ended:
        this_host_of_arguments("exporter")

    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 4
    assert [line[:9].strip() for line in told] == ["what", "expected", "actual", "next step"]
    assert "ndc up" in told[-1]


def test_a_daemon_without_its_file_leaves_four_lines_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["exporter", str(tmp_path / "host.json")])

    with pytest.raises(SystemExit) as ended:
        this_host_of_arguments("exporter")

    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 6
    assert [line[:9].strip() for line in told] == ["what", "expected", "actual", "next step"]


def test_a_program_finds_each_password_where_it_is_placed() -> None:
    there = network("tiny", *PORTAL_ALONE)
    placed = {
        password.name: password.path
        for host in there.hosts
        for password in contents_of(there, host).passwords
    }
    mine = ThisHost(there, there.hosts[0])
    read = [login for login in logins(there) if login.password in placed]

    assert [mine.passfile(login) for login in read] == [Path(placed[one.password]) for one in read]
    assert len(read) == 3
