"""Control groups of both versions, on trees of plain files that look like the kernel's."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Rejected
from lab import cgroup


@pytest.fixture
def unified(tmp_path: Path) -> Path:
    (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    return tmp_path


@pytest.fixture
def hierarchies(tmp_path: Path) -> Path:
    for controller in ("systemd", "freezer", "memory", "blkio"):
        (tmp_path / controller).mkdir()
    return tmp_path


def test_version_two_is_one_tree(unified: Path) -> None:
    groups = cgroup.find("ndc7", unified)

    assert groups.make("east-node") == (unified / "ndc7/east-node/cgroup.procs",)
    assert groups.hosts() == ["east-node"]


def test_in_version_two_processes_may_have_moved_further_down(unified: Path) -> None:
    groups = cgroup.find("ndc7", unified)
    groups.make("east-node")
    payload = unified / "ndc7/east-node/payload"
    payload.mkdir()
    (unified / "ndc7/east-node/cgroup.procs").write_text("12\n")
    (payload / "cgroup.procs").write_text("40\n7\n")

    assert groups.processes("east-node") == [7, 12, 40]


def test_version_two_freezes_by_one_and_thaws_by_zero(unified: Path) -> None:
    groups = cgroup.find("ndc7", unified)
    groups.make("east-node")

    groups.freeze("east-node", frozen=True)
    assert (unified / "ndc7/east-node/cgroup.freeze").read_text() == "1"
    assert groups.is_frozen("east-node")

    groups.freeze("east-node", frozen=False)
    assert not groups.is_frozen("east-node")


def test_version_one_has_a_tree_for_each_controller_that_the_machine_has(hierarchies: Path) -> None:
    groups = cgroup.find("ndc7", hierarchies)

    entrances = groups.make("east-node")

    assert set(entrances) == {
        hierarchies / each / "ndc7/east-node/cgroup.procs"
        for each in ("systemd", "freezer", "memory")
    }


def test_version_one_asks_the_freezer_who_belongs_to_a_host(hierarchies: Path) -> None:
    groups = cgroup.find("ndc7", hierarchies)
    groups.make("east-node")
    (hierarchies / "freezer/ndc7/east-node/cgroup.procs").write_text("40\n7\n")

    assert groups.processes("east-node") == [7, 40]


def test_version_one_freezes_by_words(hierarchies: Path) -> None:
    groups = cgroup.find("ndc7", hierarchies)
    groups.make("east-node")

    groups.freeze("east-node", frozen=True)
    assert (hierarchies / "freezer/ndc7/east-node/freezer.state").read_text() == "FROZEN"
    assert groups.is_frozen("east-node")

    groups.freeze("east-node", frozen=False)
    assert not groups.is_frozen("east-node")


@pytest.mark.parametrize("tree", ["unified", "hierarchies"])
def test_nothing_is_left_of_groups_that_were_removed(
    tree: str, request: pytest.FixtureRequest
) -> None:
    mount: Path = request.getfixturevalue(tree)
    groups = cgroup.find("ndc7", mount)
    groups.make("east-node")
    groups.make("west-node")

    groups.remove("east-node")
    assert groups.hosts() == ["west-node"]
    groups.remove_all()

    assert not list(mount.rglob("ndc7*"))


@pytest.mark.parametrize("tree", ["unified", "hierarchies"])
def test_a_host_without_a_group_has_no_processes(tree: str, request: pytest.FixtureRequest) -> None:
    groups = cgroup.find("ndc7", request.getfixturevalue(tree))

    assert groups.processes("east-node") == []
    assert not groups.is_frozen("east-node")
    groups.remove("east-node")


def test_a_group_that_somebody_lives_in_is_not_removed(unified: Path) -> None:
    groups = cgroup.find("ndc7", unified)
    groups.make("east-node")
    (unified / "ndc7/east-node/cgroup.procs").write_text("12\n")

    with pytest.raises(Rejected) as refused:
        groups.remove("east-node")

    assert "[12]" in refused.value.actual


def test_a_machine_without_control_groups_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        cgroup.find("ndc7", tmp_path)
