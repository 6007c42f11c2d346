"""What the doctor says about a machine."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest

from toolchain import doctor
from toolchain.build.places import CHECKOUT

BOOKWORM = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n"""
SOURCE = Path(doctor.__file__)


@pytest.mark.parametrize(
    ("release", "machine", "verdict"),
    [
        (BOOKWORM, "x86_64", doctor.OK),
        (BOOKWORM, "aarch64", doctor.LACKING),
        (BOOKWORM.replace("12", "13"), "x86_64", doctor.LACKING),
        (BOOKWORM.replace("=debian", "=ubuntu"), "x86_64", doctor.LACKING),
        ("", "x86_64", doctor.LACKING),
    ],
)
def test_only_debian_12_on_amd64_carries_the_lab(release: str, machine: str, verdict: str) -> None:
    assert doctor.distribution(release, machine).verdict == verdict


def test_a_foreign_distribution_is_refused_in_four_lines() -> None:
    release = BOOKWORM.replace("12 (bookworm)", "13 (trixie)").replace("12", "13")

    finding = doctor.distribution(release, "x86_64")

    assert doctor.told([finding]).splitlines() == [
        "",
        "     what  distribution is not as the lab needs",
        " expected  Debian 12 on amd64",
        "   actual  Debian GNU/Linux 13 (trixie) on x86_64",
        "next step  use a machine or a virtual machine with Debian 12 on amd64",
    ]


def test_what_is_there_takes_one_line() -> None:
    findings = [doctor.root(0), doctor.python((3, 11, 2))]

    assert doctor.told(findings) == "       ok  root    root\n       ok  Python  3.11.2"
    assert doctor.exit_code(findings) == 0


@pytest.mark.parametrize(("kilobytes", "verdict"), [(3145728, "ok"), (3145727, "lacking")])
def test_three_gibibytes_must_be_available(kilobytes: int, verdict: str) -> None:
    text = f"MemTotal: 9999999 kB\nMemAvailable: {kilobytes} kB\n"

    assert doctor.memory(text).verdict == verdict


def test_a_user_without_root_is_told_what_remains() -> None:
    finding = doctor.root(1000)

    assert finding.verdict == doctor.LACKING
    assert "make check" in finding.next_step
    assert doctor.exit_code([finding]) == 6


def test_a_missing_package_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "packages.txt").write_text("dpkg # installs\nno-such # dreams\n", "utf-8")

    there, missing = doctor.packages(tmp_path / "packages.txt")

    assert (there.subject, there.verdict) == ("dpkg", doctor.OK)
    assert (missing.verdict, missing.expected) == (doctor.MISSING, "dreams")
    assert "apt-get install no-such" in missing.next_step


def test_space_is_added_up_where_cache_and_checkout_share_a_file_system(tmp_path: Path) -> None:
    (finding,) = doctor.space(tmp_path / "checkout", tmp_path / "cache")

    assert finding.expected.startswith("11.0 GiB free for ")


def test_programs_that_were_built_need_no_space_again(tmp_path: Path) -> None:
    (tmp_path / "pulumi" / "ab12").mkdir(parents=True)
    (tmp_path / "pulumi" / "ab12" / "pulumi").touch()

    (finding,) = doctor.space(tmp_path / "checkout", tmp_path)

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
    assert doctor._has_freezer(mounts) is there


def test_it_needs_no_virtual_environment() -> None:
    said = subprocess.run(
        ["/usr/bin/python3", "-I", SOURCE, "--check-only", "--json"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    assert [finding["subject"] for finding in json.loads(said)][:2] == ["distribution", "Python"]


def test_older_pythons_can_read_it() -> None:
    ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 8))


def test_it_reads_the_list_that_make_up_installs() -> None:
    listed = {finding.subject for finding in doctor.packages(CHECKOUT / "toolchain/packages.txt")}

    assert {"mmdebstrap", "systemd-container"} <= listed


@pytest.mark.parametrize(
    ("named", "cache"),
    [
        ("/srv/cache", "/srv/cache/ndc"),
        ("", "/home/an/.cache/ndc"),
        ("here", "/home/an/.cache/ndc"),
    ],
)
def test_the_cache_is_where_xdg_has_it(
    monkeypatch: pytest.MonkeyPatch, named: str, cache: str
) -> None:
    monkeypatch.setenv("HOME", "/home/an")
    monkeypatch.setenv("XDG_CACHE_HOME", named)

    assert str(doctor.usual_cache()) == cache


def test_a_cache_of_somebody_else_is_no_reason_to_fail() -> None:
    if os.geteuid():
        pytest.skip("only root can become nobody")

    done = subprocess.run(
        [
            "/usr/bin/python3",
            "-c",
            f"{_AS_NOBODY}; print(len(doctor.space(Path('/'), Path('/root/x'))))",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "1\n", done.stderr


_AS_NOBODY = "from pathlib import Path; from toolchain import doctor; import os; os.setuid(65534)"
