"""What toolchain/ says, and that its parts say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from toolchain.build import golden, pulumi
from toolchain.build.lists import names_in
from toolchain.build.places import CHECKOUT, TOOLCHAIN

LISTS = ["packages.txt", "image/packages.txt", "image/masked.txt"]


@pytest.mark.parametrize("name", LISTS)
def test_every_name_of_a_list_has_its_reason_and_stands_once(name: str) -> None:
    lines = (TOOLCHAIN / name).read_text("utf-8").splitlines()
    names = names_in(TOOLCHAIN / name)

    reasoned = [line for line in lines if re.fullmatch(r"[a-z0-9@._-]+ +# \S.*", line)]

    assert len(reasoned) == len(names) == len(set(names)) > 0


def test_engine_and_sdk_are_of_one_version() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    module = (TOOLCHAIN / "pulumi/go.mod").read_text("utf-8")

    assert f"pulumi=={pulumi.VERSION.removeprefix('v')}" in project["dependencies"]
    assert f"github.com/pulumi/pulumi/pkg/v3 {pulumi.VERSION}\n" in module


def test_the_engine_is_stamped_with_its_version() -> None:
    assert any(f"version.Version={pulumi.VERSION}" in flag for flag in pulumi.MODULE.flags)


def test_what_hosts_must_not_share_is_removed_from_the_image(tmp_path: Path) -> None:
    secret = [
        "etc/ssh/ssh_host_ed25519_key",
        "etc/ssl/private/ssl-cert-snakeoil.key",
        "etc/hostname",
        "var/lib/postgresql/15/main/PG_VERSION",
        "etc/apt/sources.list.d/debian.sources",
    ]
    for name in [*secret, "etc/ssh/sshd_config", "etc/machine-id"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("made by a package", "utf-8")

    golden.forget(tmp_path)

    assert [name for name in secret if (tmp_path / name).exists()] == []
    assert (tmp_path / "etc/ssh/sshd_config").exists()
    assert (tmp_path / "etc/machine-id").read_bytes() == b""


def test_the_image_takes_keys_and_nothing_else() -> None:
    sshd = (TOOLCHAIN / "image/files/etc/ssh/sshd_config.d/ndc.conf").read_text("utf-8")

    assert "PasswordAuthentication no\n" in sshd
    assert "KbdInteractiveAuthentication no\n" in sshd
    assert re.findall("^HostKey .*", sshd, re.MULTILINE) == [
        "HostKey /etc/ssh/ssh_host_ed25519_key"
    ]
