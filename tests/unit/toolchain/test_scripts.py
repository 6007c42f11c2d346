"""The small scripts behind the Makefile, run with stand-ins for the programs of the machine."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from toolchain import check_needs
from toolchain.build.places import CHECKOUT, TOOLCHAIN


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder that is first on PATH; dpkg there knows only ``make``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    _program(folder / "dpkg-query", 'for name; do :; done; [ "$name" = make ] && printf installed')
    return folder


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def _install(programs: Path, listed: str) -> subprocess.CompletedProcess[str]:
    wanted = programs.parent / "packages.txt"
    wanted.write_text(listed, "utf-8")
    return subprocess.run(
        [TOOLCHAIN / "install-packages", wanted],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(programs.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_no_package_is_missing_no_package_manager_is_opened(programs: Path) -> None:
    _program(programs / "apt-get", "exit 9")

    done = _install(programs, "# a list\nmake  # a reason\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_missing_packages_are_installed(programs: Path) -> None:
    called = programs.parent / "called"
    _program(programs / "apt-get", f'echo "$@" >>{called}')

    done = _install(programs, "make  # here\nmmdebstrap  # not here\n")

    assert done.returncode == 0
    assert done.stdout == "installing with apt: mmdebstrap\n"
    update, install = called.read_text("utf-8").splitlines()
    assert update.endswith("update")
    assert install.endswith("install mmdebstrap")


def test_what_apt_refuses_is_told_in_four_lines(programs: Path) -> None:
    _program(programs / "apt-get", "echo 'E: Unable to locate package tram'; exit 100")

    done = _install(programs, "tram\n")

    assert done.returncode == 6
    lines = done.stderr.splitlines()
    assert lines[:3] == [
        "     what  Debian's packages could not be installed",
        " expected  tram",
        "   actual  E: Unable to locate package tram",
    ]
    assert lines[3].startswith("next step  run apt-get install tram (the whole log: ")


def _link(folder: Path) -> str:
    command = [TOOLCHAIN / "link-command", folder]
    return subprocess.run(
        command, cwd=folder.parent, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """Return a folder of commands, beside a checkout's virtual environment."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    _program(tmp_path / ".venv/bin/ndc", "true")
    folder = tmp_path / "links"
    folder.mkdir()
    return folder


def test_ndc_becomes_a_command_and_stays_one(links: Path) -> None:
    assert _link(links) == ""
    assert _link(links) == ""

    assert (links / "ndc").resolve() == links.parent / ".venv/bin/ndc"


def test_another_ndc_is_left_alone_and_the_path_is_told(links: Path) -> None:
    _program(links / "ndc", "echo another")

    said = _link(links)

    assert f'export PATH="{links.parent}/.venv/bin:$PATH"' in said
    assert "another" in (links / "ndc").read_text("utf-8")


def test_the_link_of_a_checkout_that_is_gone_is_replaced(links: Path) -> None:
    (links / "ndc").symlink_to("/no/such/checkout/.venv/bin/ndc")

    assert _link(links) == ""

    assert (links / "ndc").exists()


def _suite(checkout: Path, pytest_script: str) -> subprocess.CompletedProcess[str]:
    """Run the lab suite's script where pytest and ndc are stand-ins."""
    (checkout / ".venv/bin").mkdir(parents=True)
    _program(checkout / ".venv/bin/pytest", pytest_script)
    _program(checkout / ".venv/bin/ndc", 'echo "$@" >>ndc-called')
    for name in ("log/labd.log", "secrets/ca.key"):
        (checkout / "var/trial" / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "var/trial" / name).write_text("text", "utf-8")
    return subprocess.run(
        [TOOLCHAIN / "lab-suite"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "NDC_TEST_ENV": "trial"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_of_a_lab_suite_that_passes_pytest_has_the_last_word(tmp_path: Path) -> None:
    done = _suite(tmp_path, "echo '5 passed in 1s'")

    assert (done.returncode, done.stdout, done.stderr) == (0, "5 passed in 1s\n", "")
    assert (tmp_path / "ndc-called").read_text("utf-8") == "--yes env destroy trial\n"


def test_of_a_lab_suite_that_fails_the_logs_are_kept_and_no_key(tmp_path: Path) -> None:
    done = _suite(tmp_path, "exit 1")

    bundle = tmp_path / "var/evidence/trial.tar.gz"
    with tarfile.open(bundle) as kept:
        names = kept.getnames()
    assert done.returncode == 1
    assert "var/trial/log/labd.log" in names
    assert not [name for name in names if "secrets" in name]
    assert (tmp_path / "ndc-called").exists()


def test_a_lab_suite_that_is_stopped_is_taken_down_all_the_same(tmp_path: Path) -> None:
    done = _suite(tmp_path, "kill -TERM $PPID")

    assert done.returncode == 130
    assert (tmp_path / "ndc-called").exists()


def test_help_tells_every_command_of_the_makefile() -> None:
    told = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    for command in ("up", "test", "check", "lock", "clean"):
        assert f"make {command} " in told


def _find_python(programs: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOOLCHAIN / "find-python"],
        env={"PATH": f"{programs}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_python_that_somebody_names_is_taken(programs: Path) -> None:
    _program(programs / "python-of-ours", "exit 0")

    done = _find_python(programs, PYTHON="python-of-ours")

    assert (done.returncode, done.stdout) == (0, f"{programs}/python-of-ours\n")


def test_a_python_of_another_version_is_passed_over(programs: Path) -> None:
    _program(programs / "python3.11", "exit 1")
    _program(programs / "python3", "exit 0")

    done = _find_python(programs, PYTHON="python3.11 python3")

    assert done.stdout == f"{programs}/python3\n"


def test_where_no_python_is_3_11_that_is_told_in_four_lines(programs: Path) -> None:
    _program(programs / "python3", '[ "$1" = --version ] && echo Python 3.13.1')

    done = _find_python(programs, PYTHON="python3")

    assert done.returncode == 6
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "     what  there is no Python 3.11",
        " expected  3.11, the one of every host",
        "   actual  python3: Python 3.13.1",
        f"next step  {check_needs.python((3, 13)).next_step}",
    ]


def test_a_venv_that_cannot_be_made_is_told_in_four_lines(tmp_path: Path) -> None:
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    _program(python, '[ "$*" = "-m uv --version" ] || { echo "error: tcp connect" && exit 2; }')

    done = subprocess.run(
        [TOOLCHAIN / "make-venv"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 6
    assert [line[:9].strip() for line in done.stderr.splitlines()] == [
        "what",
        "expected",
        "actual",
        "next step",
    ]
    assert "error: tcp connect" in done.stderr
    assert not (tmp_path / ".venv/.made").exists()
