from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.onhost.tree_digest import tree_digest


def _tree(folder: Path) -> Path:
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").write_text("text", "utf-8")
    (folder / "link").symlink_to("deep/file")
    (folder / "empty").mkdir()
    return folder


def _renamed(tree: Path) -> None:
    (tree / "deep" / "file").rename(tree / "deep" / "other")


def _rewritten(tree: Path) -> None:
    (tree / "deep" / "file").write_text("texT", "utf-8")


def _relinked(tree: Path) -> None:
    (tree / "link").unlink()
    (tree / "link").symlink_to("deep")


def _reopened(tree: Path) -> None:
    (tree / "deep" / "file").chmod(0o640)


def _emptied(tree: Path) -> None:
    (tree / "empty").rmdir()


@pytest.mark.parametrize("change", [_renamed, _rewritten, _relinked, _reopened, _emptied])
def test_whatever_is_other_changes_the_digest(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    one, other = _tree(tmp_path / "one"), _tree(tmp_path / "other")
    equal = tree_digest(one) == tree_digest(other)

    change(other)

    assert equal
    assert tree_digest(one) != tree_digest(other)


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    tree, outside = _tree(tmp_path / "tree"), tmp_path / "outside"
    outside.mkdir()
    (tree / "out").symlink_to(outside)
    before = tree_digest(tree)

    (outside / "file").write_text("of somebody else", "utf-8")

    assert tree_digest(tree) == before


def test_a_name_that_is_no_text_has_its_place(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).write_text("x", "utf-8")

    assert tree_digest(tmp_path)
