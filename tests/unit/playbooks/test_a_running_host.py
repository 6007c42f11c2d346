"""What ``ndc_tree`` does to a host on which something serves, and what it leaves for a wave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playbooks.module_utils.ndc_host import DUE, Due, Host, Refused, synced
from tests.unit.playbooks.hosts import Disk, Systemd, file, ndc_tree

VOTER = {
    "name": "etcd.service",
    "restart_on": ["/etc/etcd.env"],
    "well": ["well", "etcd.service"],
}


def _roles(text: str) -> list[dict[str, Any]]:
    return [{"stage": "quorum", "files": [file("/etc/etcd.env", text)], "units": [VOTER]}]


def _apply(host: Host, roles: list[dict[str, Any]], *, watch: bool = True) -> None:
    tree = ndc_tree.tree_of(roles, {}, host)
    tree.apply(host, "", tree.units, watch=watch)


def _outlook(host: Host, *roles: dict[str, Any]) -> Any:
    trees = {
        stage: ndc_tree.tree_of([role for role in roles if role["stage"] == stage], {}, host)
        for stage in ndc_tree.STAGES
    }
    return ndc_tree.outlook(host, trees)


@pytest.fixture
def voter(host: Host, systemd: Systemd, disk: Disk, tmp_path: Path) -> Host:
    """Return a host on which a voter runs and is well."""
    (tmp_path / "etc/sysusers.d").mkdir(parents=True)
    (tmp_path / "etc/sysusers.d/ndc.conf").touch()
    _apply(host, _roles("good"))
    systemd.well = {"etcd.service": "healthy\n"}
    systemd.told.clear()
    disk.seconds = 0
    return host


def test_what_restarts_a_program_that_serves_is_left_for_a_wave(voter: Host) -> None:
    seen = _outlook(voter, *_roles("new"))

    assert (seen.at_once, seen.by_wave, seen.unfinished) == ([], ["quorum"], False)


def test_what_restarts_nothing_is_done_at_once(voter: Host) -> None:
    other = {"stage": "base", "files": [file("/etc/hosts", "new")]}

    seen = _outlook(voter, other, *_roles("good"))

    assert (seen.at_once, seen.by_wave) == (["base"], [])


def test_a_file_of_an_earlier_stage_leaves_the_later_stage_for_a_wave(voter: Host) -> None:
    watching = {**VOTER, "restart_on": ["/etc/ndc/tls.key"]}
    base = {"stage": "base", "files": [file("/etc/ndc/tls.key", "new")]}
    quorum = {"stage": "quorum", "units": [watching]}

    seen = _outlook(voter, base, quorum)

    assert (seen.at_once, seen.by_wave) == (["base"], ["quorum"])


def test_what_comes_after_a_stage_that_waits_waits_as_well(voter: Host) -> None:
    later = {"stage": "everything", "files": [file("/etc/later", "new")]}

    seen = _outlook(voter, *_roles("new"), later)

    assert (seen.at_once, seen.by_wave) == ([], ["quorum", "everything"])


def test_on_a_new_host_nothing_is_disturbed(host: Host, systemd: Systemd) -> None:
    systemd.active = {"etcd.service"}

    seen = _outlook(host, *_roles("new"))

    assert (seen.at_once, seen.by_wave) == (["quorum"], [])


def test_what_is_stopped_by_itself_is_mended_at_once(voter: Host, systemd: Systemd) -> None:
    systemd.active.clear()

    seen = _outlook(voter, *_roles("good"))

    assert (seen.at_once, seen.by_wave) == (["quorum"], [])


@pytest.mark.parametrize(("runs", "told"), [(True, ["restart roaming.service"]), (False, [])])
def test_a_unit_that_roams_is_told_of_a_change_only_where_it_runs(
    host: Host,
    systemd: Systemd,
    tmp_path: Path,
    runs: bool,  # noqa: FBT001 - a parameter
    told: list[str],
) -> None:
    systemd.enabled = {"roaming.service"}
    systemd.active = {"roaming.service"} if runs else set()
    roaming = {"name": "roaming.service", "roams": True, "restart_on": ["/etc/store.conf"]}
    role = {"stage": "base", "files": [file("/etc/store.conf", "new")], "units": [roaming]}
    (tmp_path / "etc/sysusers.d").mkdir(parents=True)
    (tmp_path / "etc/sysusers.d/ndc.conf").touch()

    _apply(host, [role])
    _apply(host, [role])

    assert [said for said in systemd.told if said != "daemon-reload"] == told
    assert host.due("roaming.service") == Due("")


def test_a_unit_that_is_as_well_as_before_is_done(voter: Host, systemd: Systemd) -> None:
    _apply(voter, _roles("new"))

    assert systemd.told == ["daemon-reload", "restart etcd.service"]
    assert voter.due("etcd.service") == Due()


def test_a_unit_that_is_not_as_well_as_before_is_refused(
    voter: Host, systemd: Systemd, disk: Disk
) -> None:
    systemd.sick = {"etcd.service"}

    with pytest.raises(Refused, match=r"not as well as before: healthy is missing"):
        _apply(voter, _roles("wrong"))

    assert disk.seconds >= 90


def test_that_it_was_well_is_not_forgotten_by_who_finds_every_file_as_declared(
    voter: Host, systemd: Systemd
) -> None:
    systemd.sick = {"etcd.service"}
    with pytest.raises(Refused):
        _apply(voter, _roles("wrong"))

    seen = _outlook(voter, *_roles("wrong"))
    with pytest.raises(Refused, match="not as well as before"):
        _apply(voter, _roles("wrong"))
    systemd.sick.clear()
    systemd.well = {"etcd.service": "healthy\n"}
    _apply(voter, _roles("good"))

    assert seen.unfinished
    assert not _outlook(voter, *_roles("good")).unfinished


def test_a_unit_that_was_not_well_need_not_be(voter: Host, systemd: Systemd) -> None:
    systemd.well.clear()

    _apply(voter, _roles("new"))

    assert voter.due("etcd.service") == Due()


def test_a_hiccup_is_not_taken_for_a_voter_that_was_not_well(voter: Host, systemd: Systemd) -> None:
    systemd.well.clear()
    again = _Again(systemd, 3)
    patient = Host(voter.root, systemd.run, voter.sync, again.wait, lambda: again.seconds)
    systemd.sick = {"etcd.service"}

    with pytest.raises(Refused, match="not as well as before"):
        _apply(patient, _roles("wrong"))


@dataclass
class _Again:
    """Time in which a voter is well again after ``after`` seconds."""

    systemd: Systemd
    after: float
    seconds: float = 0

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        if self.seconds == self.after:
            self.systemd.well = {"etcd.service": "healthy\n"}


def test_a_program_that_starts_and_ends_is_seen_in_a_wave(voter: Host, systemd: Systemd) -> None:
    systemd.crashing = {"etcd.service"}

    with pytest.raises(Refused, match=r"etcd\.service does not stay up"):
        _apply(voter, _roles("new"))

    assert voter.due("etcd.service") == Due("restart", frozenset({"healthy"}))


def test_who_was_left_unwell_is_watched_wherever_it_is_tried_again(
    voter: Host, systemd: Systemd, disk: Disk
) -> None:
    systemd.crashing = {"etcd.service"}
    with pytest.raises(Refused):
        _apply(voter, _roles("new"))
    disk.seconds = 0

    with pytest.raises(Refused, match=r"etcd\.service does not stay up"):
        _apply(voter, _roles("new"), watch=False)

    assert disk.seconds < 5


def test_a_new_host_is_not_watched(voter: Host, systemd: Systemd, disk: Disk) -> None:
    systemd.crashing, systemd.active = {"etcd.service"}, set()

    _apply(voter, _roles("good"), watch=False)

    assert (systemd.told, disk.seconds) == (["daemon-reload", "start etcd.service"], 0)


def test_the_mark_is_on_disk_before_the_first_file_and_names_before_the_restart(
    voter: Host, systemd: Systemd, disk: Disk
) -> None:
    disk.kept.clear()
    order: list[str] = disk.kept
    run = systemd.run

    def running(command: list[str]) -> str:
        if "restart" in command:
            order.append("restart")
        return run(command)

    _apply(Host(voter.root, running, disk.sync, disk.wait, lambda: 0.0), _roles("new"))

    assert order == [
        f"{DUE[1:]}/etcd.service",
        DUE[1:],
        "etc/.etcd.env.ndc-new",
        "etc",
        "restart",
    ]


def test_a_new_folder_is_on_disk_with_all_that_leads_to_it(host: Host, disk: Disk) -> None:
    role = {"stage": "base", "files": [file("/a/b/c.conf", "text")]}

    _apply(host, [role])

    assert {".", "a", "a/b"} <= set(disk.kept)


def test_what_is_synced_can_be_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    synced(tmp_path / "file")
    synced(tmp_path)
