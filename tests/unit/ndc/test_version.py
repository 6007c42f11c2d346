"""The version stands in pyproject.toml, and everything else asks for it."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from ndc.__main__ import main
from tests.networks import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
VERSION = PROJECT["project"]["version"]


def test_the_command_says_the_version_of_the_project(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ndc", "--version"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"ndc {VERSION}\n"


def test_no_module_says_the_version_again() -> None:
    rooms = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    saying = subprocess.run(
        ["git", "grep", "--files-with-matches", "--fixed-strings", f'"{VERSION}"', "--", *rooms],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert saying.stdout == ""
    assert saying.returncode == 1, "git looked, and there is none"
