from __future__ import annotations

from pathlib import Path

import pytest

from access.this_host import here_of_arguments


def test_a_daemon_of_another_version_than_its_network_leaves_four_lines_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "network.json").write_text('{"format": 2}', "utf-8")
    monkeypatch.setattr("sys.argv", ["exporter", str(tmp_path / "host.json")])

    with pytest.raises(SystemExit) as ended:
        here_of_arguments("exporter")

    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 4
    assert [line[:9].strip() for line in told] == ["what", "expected", "actual", "next step"]
    assert "ndc up" in told[-1]


def test_a_daemon_without_its_file_leaves_four_lines_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["exporter", str(tmp_path / "host.json")])

    with pytest.raises(SystemExit) as ended:
        here_of_arguments("exporter")

    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 6
    assert [line[:9].strip() for line in told] == ["what", "expected", "actual", "next step"]
