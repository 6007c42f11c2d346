"""What the one module of our playbooks promises, on a root that is a folder."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playbooks.module_utils.ndc_host import Due
from tests.unit.playbooks.hosts import GROUP, OWNER, Systemd, file, ndc_tree


def _applied(host: Any, *roles: dict[str, Any], secrets: dict[str, str] | None = None) -> list[str]:
    """Apply ``roles``; return the things that differed before."""
    tree = ndc_tree.tree_of(list(roles), secrets or {}, host)
    changes = [change["after_header"] for change in tree.changes(host)]
    tree.apply(host, "", tree.units)
    return changes


def test_a_file_is_written_with_its_mode(host: Any, tmp_path: Path) -> None:
    _applied(host, {"files": [file("/etc/a/b.conf", "hello\n", mode="0600")]})

    written = tmp_path / "etc/a/b.conf"
    assert written.read_text() == "hello\n"
    assert written.stat().st_mode & 0o7777 == 0o600


def test_a_second_application_finds_nothing(host: Any, systemd: Systemd) -> None:
    role = {
        "folders": [file("/etc/a", mode="0750")],
        "files": [file("/etc/a/b.conf", "hello\n")],
        "units": [{"name": "b.service", "restart_on": ["/etc/a"]}],
    }
    _applied(host, role)
    systemd.told.clear()

    assert _applied(host, role) == []
    assert systemd.told == []


@pytest.mark.parametrize("spoilt", ["content", "mode", "gone", "symlink"])
def test_whatever_differs_is_put_right(host: Any, tmp_path: Path, spoilt: str) -> None:
    role = {"files": [file("/etc/b.conf", "hello\n")]}
    _applied(host, role)
    written = tmp_path / "etc/b.conf"
    match spoilt:
        case "content":
            written.write_text("other\n")
        case "mode":
            written.chmod(0o666)
        case "gone":
            written.unlink()
        case _:
            written.rename(tmp_path / "elsewhere")
            written.symlink_to(tmp_path / "elsewhere")

    assert _applied(host, role) == ["/etc/b.conf"]
    assert written.read_text() == "hello\n"
    assert not written.is_symlink()
    assert written.stat().st_mode & 0o7777 == 0o644


def test_a_unit_is_enabled_and_started_once_its_files_are_there(
    host: Any, systemd: Systemd
) -> None:
    _applied(
        host,
        {
            "files": [file("/etc/systemd/system/b.service", "[Service]\n")],
            "units": [{"name": "b.service"}],
        },
    )

    assert systemd.told == ["enable b.service", "daemon-reload", "start b.service"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("/etc/b/restart", ["daemon-reload", "restart b.service"]),
        ("/etc/b/reload/deeper", ["daemon-reload", "reload b.service"]),
        ("/etc/systemd/system/b.service", ["daemon-reload", "restart b.service"]),
        ("/etc/systemd/system/b.service.d/more.conf", ["daemon-reload", "restart b.service"]),
        ("/etc/b/restart-of-another", []),
    ],
)
def test_a_running_unit_is_told_of_what_it_depends_on(
    host: Any, systemd: Systemd, changed: str, told: list[str]
) -> None:
    unit = {
        "name": "b.service",
        "restart_on": ["/etc/b/restart"],
        "reload_on": ["/etc/b/reload"],
    }
    _applied(host, {"units": [unit]})
    systemd.told.clear()

    _applied(host, {"units": [unit], "files": [file(changed, "new")]})

    assert systemd.told == told


def test_a_restart_that_a_crash_prevented_is_made_up_for(host: Any, systemd: Systemd) -> None:
    unit = {"name": "b.service", "restart_on": ["/etc/b.conf"]}
    _applied(host, {"units": [unit], "files": [file("/etc/b.conf", "old")]})
    systemd.told.clear()
    new = {"units": [unit], "files": [file("/etc/b.conf", "new")]}
    tree = ndc_tree.tree_of([new], {}, host)
    host.mark("b.service", Due("restart"))
    for entry in tree.entries:
        host.write(entry)
    # and here the power goes

    assert _applied(host, new) == ["unit b.service"]
    assert systemd.told == ["daemon-reload", "restart b.service"]
    assert _applied(host, new) == []


def test_a_unit_of_a_later_stage_is_told_of_a_file_of_this_one(host: Any, systemd: Systemd) -> None:
    systemd.active, systemd.enabled = {"b.service"}, {"b.service"}
    later = ndc_tree.tree_of([{"units": [{"name": "b.service", "restart_on": ["/a"]}]}], {}, host)
    now = ndc_tree.tree_of([{"files": [file("/a", "new")]}], {}, host)

    now.apply(host, "", later.units)

    assert [change["after"] for change in later.changes(host)] == ["restart"]


def test_a_unit_that_does_not_start_keeps_no_other_from_starting(
    host: Any, systemd: Systemd
) -> None:
    systemd.broken = {"a.service"}
    units = [{"name": "a.service"}, {"name": "b.service"}]

    with pytest.raises(ndc_tree.Refused, match=r"a\.service failed"):
        _applied(host, {"units": units})

    assert systemd.active == {"b.service"}
    assert _differing(host, {"units": units}) == ["unit a.service"]


def _differing(host: Any, *roles: dict[str, Any]) -> list[str]:
    tree = ndc_tree.tree_of(list(roles), {}, host)
    return [change["after_header"] for change in tree.changes(host)]


def test_looking_touches_nothing(host: Any, systemd: Systemd, tmp_path: Path) -> None:
    role = {"files": [file("/etc/b.conf", "hello\n")], "units": [{"name": "b.service"}]}

    assert _differing(host, role) == ["/etc/b.conf", "unit b.service", "unit b.service"]
    assert list(tmp_path.iterdir()) == []
    assert systemd.told == []


def test_a_secret_is_written_and_not_told(host: Any, tmp_path: Path) -> None:
    role = {"files": [{"path": "/key", "mode": "0600", "owner": OWNER, "group": GROUP}]}
    (tmp_path / "key").write_text("the old key")
    tree = ndc_tree.tree_of([role], {"/key": "the new key"}, host)

    (change,) = tree.changes(host)
    tree.apply(host, "", [])

    assert "key" not in change["before"] + change["after"]
    assert (tmp_path / "key").read_text() == "the new key"


def test_what_was_handed_over_is_outside_the_check(host: Any, tmp_path: Path) -> None:
    role = {"files": [file("/etc/frr/frr.conf", "first", unless="/etc/frr/.handed-over")]}
    _applied(host, role)
    (tmp_path / "etc/frr/frr.conf").write_text("somebody else's")
    (tmp_path / "etc/frr/.handed-over").touch()

    assert _applied(host, role) == []
    assert (tmp_path / "etc/frr/frr.conf").read_text() == "somebody else's"


def test_two_roles_may_not_claim_one_path(host: Any) -> None:
    with pytest.raises(ndc_tree.Refused, match=r"two roles claim /etc/b\.conf"):
        _applied(host, {"files": [file("/etc/b.conf")]}, {"files": [file("/etc/b.conf")]})


def test_an_unknown_owner_is_an_error(host: Any) -> None:
    with pytest.raises(LookupError):
        _applied(host, {"files": [file("/etc/b.conf", owner="nobody-of-this-name")]})


def test_a_wheel_is_unpacked_once_into_a_folder_of_its_own(host: Any, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ndc/__init__.py", "VERSION = 1\n")
    wheel = base64.b64encode(packed.getvalue()).decode()
    tree = ndc_tree.tree_of([{"programs": ["/opt/ndc/programs/abc"]}], {}, host)
    (tmp_path / "opt/ndc/programs").mkdir(parents=True)

    tree.apply(host, wheel, [])

    assert (tmp_path / "opt/ndc/programs/abc/ndc/__init__.py").read_text() == "VERSION = 1\n"
    assert tree.changes(host) == []


def test_accounts_are_made_before_what_they_own(host: Any, systemd: Systemd) -> None:
    role = {"accounts": ["g ndc-tls -"], "files": [file("/etc/b.conf")]}
    tree = ndc_tree.tree_of([role], {}, host)
    # the accounts' file is root's, whom the test need not be
    entries = [replace(entry, owner=OWNER, group=GROUP) for entry in tree.entries]

    replace(tree, entries=entries).apply(host, "", [])

    assert systemd.told == ["--inline g ndc-tls -"]
