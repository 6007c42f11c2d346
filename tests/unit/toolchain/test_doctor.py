"""What the doctor says about a machine."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from core import surroundings
from toolchain import check_needs, doctor, finding, lab_needs, usual_cache
from toolchain.build.places import CHECKOUT
from toolchain.finding import LACKING, MISSING, OK

BOOKWORM = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n"""
SCRIPT = Path(doctor.__file__)
SOURCES = [
    Path(str(one.__file__))
    for one in (doctor, finding, check_needs, lab_needs, usual_cache, surroundings)
]


@pytest.mark.parametrize(
    ("release", "machine", "verdict"),
    [
        (BOOKWORM, "x86_64", OK),
        (BOOKWORM, "aarch64", LACKING),
        (BOOKWORM.replace("12", "13"), "x86_64", LACKING),
        (BOOKWORM.replace("=debian", "=ubuntu"), "x86_64", LACKING),
        ("", "x86_64", LACKING),
    ],
)
def test_only_debian_12_on_amd64_carries_the_lab(release: str, machine: str, verdict: str) -> None:
    assert lab_needs.distribution(release, machine).verdict == verdict


def test_a_foreign_distribution_is_refused_in_four_lines() -> None:
    release = BOOKWORM.replace("12 (bookworm)", "13 (trixie)").replace("12", "13")

    finding = lab_needs.distribution(release, "x86_64")

    assert doctor.told([finding]).splitlines() == [
        "",
        "     what  distribution is not as needed",
        " expected  Debian 12 on amd64",
        "   actual  Debian GNU/Linux 13 (trixie) on x86_64",
        "next step  use a machine or a virtual machine with Debian 12 on amd64",
    ]


def test_what_is_there_takes_one_line() -> None:
    findings = [lab_needs.root(0), check_needs.python((3, 11, 2))]

    assert doctor.told(findings) == "       ok  root    root\n       ok  Python  3.11.2"
    assert doctor.exit_code(findings) == 0


@pytest.mark.parametrize(("kilobytes", "verdict"), [(3145728, "ok"), (3145727, "lacking")])
def test_three_gibibytes_must_be_available(kilobytes: int, verdict: str) -> None:
    text = f"MemTotal: 9999999 kB\nMemAvailable: {kilobytes} kB\n"

    assert lab_needs.memory(text).verdict == verdict


@pytest.mark.parametrize("character", [*" ,:%\\\"'$#*?[{(;&|<>!`^", "\n", "\x1b", "\udce1"])
def test_a_folder_whose_name_some_program_would_take_apart_is_refused(character: str) -> None:
    folders = (Path("/root/ndc"), Path(f"/root/my{character}cache"))

    assert lab_needs.paths(*folders).verdict == LACKING


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_folder_may_have_a_long_name_of_any_letters(form: Literal["NFC", "NFD"]) -> None:
    name = unicodedata.normalize(form, "trung-tâm_dữ.liệu+quốc@gia=1~") + "n" * 60

    assert lab_needs.paths(Path("/root", name)).verdict == OK


def test_a_user_without_root_is_told_what_remains() -> None:
    finding = lab_needs.root(1000)

    assert finding.verdict == LACKING
    assert "make check" in finding.next_step
    assert doctor.exit_code([finding]) == 6


def test_a_missing_package_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "packages.txt").write_text("dpkg # installs\nno-such # dreams\n", "utf-8")

    there, missing = lab_needs.packages(tmp_path / "packages.txt")

    assert (there.subject, there.verdict) == ("dpkg", OK)
    assert (missing.verdict, missing.expected) == (MISSING, "dreams")
    assert "apt-get install no-such" in missing.next_step


def test_space_is_added_up_where_cache_and_checkout_share_a_file_system(tmp_path: Path) -> None:
    (finding,) = lab_needs.space(tmp_path / "checkout", tmp_path / "cache")

    assert finding.expected.startswith("11.0 GiB free for ")


def test_programs_that_were_built_need_no_space_again(tmp_path: Path) -> None:
    (tmp_path / "pulumi" / "ab12").mkdir(parents=True)
    (tmp_path / "pulumi" / "ab12" / "pulumi").touch()

    (finding,) = lab_needs.space(tmp_path / "checkout", tmp_path)

    assert finding.expected.startswith("5.0 GiB free for ")


@pytest.mark.parametrize(
    ("mounts", "there"),
    [
        ("cgroup /sys/fs/cgroup/freezer cgroup rw,relatime,freezer 0 0\n", True),
        ("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n", True),
        ("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n/dev/vda / ext4 rw 0 0\n", False),
    ],
    ids=["version 1", "version 2", "without"],
)
def test_either_version_of_control_groups_can_freeze(mounts: str, there: bool) -> None:  # noqa: FBT001 - the case
    assert lab_needs._has_freezer(mounts) is there


@pytest.mark.parametrize("how", [["-I", "-S", str(SCRIPT)], ["-m", "toolchain.doctor"]])
def test_it_needs_nothing_that_is_installed(how: list[str], tmp_path: Path) -> None:
    folder = CHECKOUT if "-m" in how else tmp_path
    said = subprocess.run(
        [sys.executable, *how, "--check-only", "--json"],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    subjects = [one["subject"] for one in json.loads(said)]
    assert subjects[:3] == ["system", "Python", "standard library"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.name))
def test_older_pythons_can_read_it(source: Path) -> None:
    ast.parse(source.read_text("utf-8"), feature_version=(3, 8))


def test_a_foreign_distribution_carries_no_lab_and_runs_the_checks(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('PRETTY_NAME="Fedora Linux 42"\nID=fedora\nVERSION_ID=42\n', "utf-8")

    (refused,) = lab_needs.lab_needs(CHECKOUT, tmp_path, release)

    assert refused.actual.startswith("Fedora Linux 42")
    assert {one.verdict for one in check_needs.check_needs()} == {OK}


def test_the_checks_need_neither_root_nor_a_distribution() -> None:
    subjects = [one.subject for one in check_needs.check_needs()]

    assert subjects == ["system", "Python", "standard library", *check_needs.PROGRAMS]


@pytest.mark.parametrize(("name", "verdict"), [("Linux", OK), ("Darwin", LACKING), ("", LACKING)])
def test_the_checks_need_linux(name: str, verdict: str) -> None:
    assert check_needs.system(name).verdict == verdict


def test_another_python_is_refused_in_four_lines() -> None:
    refused = check_needs.python((3, 12, 4))

    assert doctor.told([refused]).splitlines() == [
        "",
        "     what  Python is not as needed",
        " expected  3.11, the one of every host",
        "   actual  3.12.4",
        f"next step  {refused.next_step}",
    ]


def test_a_python_that_was_built_without_a_part_is_told_which() -> None:
    missed = check_needs.modules(("ssl", "no_such_part"))

    assert (missed.verdict, missed.actual) == (LACKING, "not no_such_part")


def test_a_program_that_the_checks_call_is_missed_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    missed = check_needs.program("git")

    assert (missed.verdict, missed.actual) == (LACKING, "not on PATH")
    assert missed.expected == "a program that says which files are ours"


def test_it_reads_the_list_that_make_up_installs() -> None:
    listed = {
        finding.subject for finding in lab_needs.packages(CHECKOUT / "toolchain/packages.txt")
    }

    assert {"mmdebstrap", "systemd-container"} <= listed


def test_a_cache_that_may_not_be_looked_at_is_no_reason_to_fail(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)

    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(closed / "cache")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "1\n", done.stderr


_AS_NOBODY = """
import os, sys
from pathlib import Path
from toolchain.lab_needs import space

if os.geteuid() == 0:  # whom no folder is closed to
    os.setuid(65534)
print(len(space(Path("/"), Path(sys.argv[1]))))
"""
