from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import files
from core.errors import InventoryInvalid, Rejected
from core.text import Unreadable


def test_a_folder_is_read_with_everything_below_it(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/ndc01.yaml").write_text("one", "utf-8")
    (tmp_path / "links.yaml").write_text("two", "utf-8")
    (tmp_path / "more.YML").write_text("three", "utf-8")
    (tmp_path / "notes.txt").write_text("not declared", "utf-8")

    assert files.read_folder(tmp_path) == {
        "sites/ndc01.yaml": "one",
        "links.yaml": "two",
        "more.YML": "three",
    }


def test_what_begins_with_a_dot_is_of_an_editor_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "links.yaml").write_text("one", "utf-8")
    (tmp_path / ".#links.yaml").symlink_to("op@host.1:2")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/other.yaml").write_text("two", "utf-8")

    assert files.read_folder(tmp_path) == {"links.yaml": "one"}


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_inventory_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InventoryInvalid, match="there is no inventory"):
        files.read_folder(tmp_path / name)


def test_a_file_that_cannot_be_read_is_told_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"a: \xff")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "good.yaml").write_text("one", "utf-8")

    assert files.read_folder(tmp_path) == {
        "bad.yaml": Unreadable("it is not UTF-8 from byte 4 on", "a: ?", column=4),
        "folder.yaml": Unreadable("Is a directory", ""),
        "good.yaml": "one",
    }


@pytest.mark.parametrize(
    ("content", "legible", "at"),
    [
        ("a: 1\r\nb: é\r".encode("latin-1"), "a: 1\nb: ?\n", (2, 4)),
        ("a: é\n".encode("utf-16"), "a: é\n", (1, 1)),
        (b"\x89PNG\r\n\x1a\n\0", "?PNG\n?\n?", (1, 1)),
    ],
    ids=["latin-1", "utf-16", "no text"],
)
def test_what_is_written_in_another_encoding_is_made_out_as_far_as_it_can_be(
    tmp_path: Path, content: bytes, legible: str, at: tuple[int, int]
) -> None:
    (tmp_path / "bad.yaml").write_bytes(content)

    (bad,) = files.read_folder(tmp_path).values()

    assert isinstance(bad, Unreadable)
    assert (bad.legible, bad.line, bad.column) == (legible, *at)


def test_what_nobody_may_read_may_hold_anything(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere")

    (gone,) = files.read_folder(tmp_path).values()

    assert isinstance(gone, Unreadable)
    assert gone.legible is None


def test_what_is_no_file_is_told_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("one", "utf-8")
    os.mkfifo(tmp_path / "pipe.yaml")

    texts = files.read_folder(tmp_path)

    assert texts["good.yaml"] == "one"
    assert isinstance(texts["pipe.yaml"], Unreadable)


def test_a_folder_that_a_link_leads_to_is_read_and_one_in_a_circle_once(tmp_path: Path) -> None:
    (tmp_path / "declared").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/sites.yaml").write_text("one", "utf-8")
    (tmp_path / "declared/sites").symlink_to(tmp_path / "shared")
    (tmp_path / "shared/again").symlink_to(tmp_path / "declared")

    assert files.read_folder(tmp_path / "declared") == {"sites/sites.yaml": "one"}


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert files.read_if_there(tmp_path / "none") is None


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write(path, "old")

    files.write(path, "new", mode=0o600)

    assert path.read_text("utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*tmp_path.iterdir()] == [path]


@pytest.fixture(params=[0o000, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_who_may_read_a_file_does_not_depend_on_the_umask(
    tmp_path: Path, umask: int, mode: int
) -> None:
    files.write(tmp_path / "file", "text", mode=mode)

    assert (tmp_path / "file").stat().st_mode & 0o777 == mode, f"umask {umask:03o}"


def test_what_cannot_be_written_leaves_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write(path, "old")

    with pytest.raises(UnicodeEncodeError):
        files.write(path, "\ud800")

    assert path.read_text("utf-8") == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="could not be written"):
        files.write(tmp_path / "none" / "file", "text")


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_who_may_pass_a_folder_does_not_depend_on_the_umask_or_on_what_was(
    tmp_path: Path, umask: int, mode: int
) -> None:
    (tmp_path / "old").mkdir(mode=0o711)

    for name in ("old", "new"):
        files.make_folder(tmp_path / name, mode=mode)

        assert (tmp_path / name).stat().st_mode & 0o7777 == mode, f"umask {umask:03o}"
