"""What another version of ndc wrote is read as it was meant, or refused and left as it is.

A folder beside this file holds one text of each kind, as one version wrote it:
``1eb6005`` the commit of that name, before there were numbers; ``c09bdf9`` the last one that
wrote journals in format 1; ``1fbd714`` in format 2; ``fe1abd7`` in format 3; ``edb9c70`` the last
one that knew all or nothing of what citizens felt in a drill; ``now`` this one.
``make golden`` writes those of ``now`` anew: whatever changes there,
every ndc that knows the number must read as it did, or else the number rises, and what
was in ``now`` moves to a folder of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NdcError, PlanRefused
from core.formats import Format
from core.runs.journal import RunVerdict
from core.runs.run import fold
from dr.live.journals.file import FileJournal
from dr.planning.plan import codec
from tests.conftest import Golden
from tests.formats.kept import HERE, KEPT, Kept, texts
from tests.formats.stated import restated, stated_in
from tests.networks import ROOT
from tests.rehearsals import rehearsal

NOW = HERE / "now"
LISTED = ROOT / "docs/generated/formats.md"
NAMES = sorted(KEPT)
WRITTEN = [name for name in NAMES if KEPT[name].write]
REFUSED = [name for name in NAMES if KEPT[name].unknown is None]


def _read(kept: Kept, folder: Path, path: Path) -> object:
    kept.put(folder, path.read_text("utf-8"))
    return kept.read(folder)


@pytest.mark.parametrize("format_", Format)
def test_every_number_that_is_read_has_a_text_of_each_kind(format_: Format) -> None:
    kinds = {name for name, kept in KEPT.items() if kept.format is format_}

    assert kinds
    for kind in kinds:
        found = [path for path in texts() if path.name == kind]
        assert {stated_in(path.read_text("utf-8")) for path in found} >= {*format_.read}


@pytest.mark.parametrize("path", texts(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_text_means_the_same_whoever_wrote_it(path: Path, tmp_path: Path) -> None:
    kept = KEPT[path.name]

    value = _read(kept, tmp_path / "then", path)

    assert value != kept.unknown
    assert value == _read(kept, tmp_path / "now", NOW / path.name)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_now_changes_only_on_purpose(
    name: str, tmp_path: Path, golden: Golden
) -> None:
    kept = KEPT[name]
    value = _read(kept, tmp_path / "now", NOW / name)
    again = tmp_path / "again"
    again.mkdir()

    assert kept.write is not None
    kept.write(again, value)

    text = (again / kept.at).read_text("utf-8")
    golden(NOW / name, text)  # see the first lines of this file
    assert stated_in(text) == (1 if kept.format is Format.WORDS else kept.format.number)


@pytest.mark.parametrize("name", REFUSED)
def test_a_number_of_a_later_version_is_refused_and_left_as_it_is(
    name: str, tmp_path: Path
) -> None:
    kept = KEPT[name]
    later = restated((NOW / name).read_text("utf-8"), kept.format.number + 1)
    path = kept.put(tmp_path, later)

    with pytest.raises(NdcError) as refused:
        kept.read(tmp_path)

    told = "\n".join(refused.value.lines())
    assert isinstance(refused.value, kept.format.refusal)
    assert f"actual  format {kept.format.number + 1}" in told
    assert "next step  use the ndc that wrote it, or a later one" in told
    assert path.read_text("utf-8") == later


@pytest.mark.parametrize("name", sorted({*NAMES} - {*REFUSED}))
def test_what_nobody_relies_on_is_passed_over(name: str, tmp_path: Path) -> None:
    kept = KEPT[name]
    path = kept.put(tmp_path, restated((NOW / name).read_text("utf-8"), kept.format.number + 1))

    assert kept.read(tmp_path) == kept.unknown
    assert path.exists()


@pytest.mark.parametrize("version", ["1eb6005", "c09bdf9", "fe1abd7"])
def test_a_run_that_an_older_ndc_began_is_shown_and_not_gone_on_with(
    version: str, tmp_path: Path
) -> None:
    made, path = rehearsal("tiny"), tmp_path / "journal.jsonl"
    begun = b"".join((HERE / version / path.name).read_bytes().splitlines(keepends=True)[:3])
    path.write_bytes(begun)
    journal = FileJournal(path, codec(), made.world)

    with pytest.raises(PlanRefused, match="begun by another version of ndc"):
        made.engine(journal).resume()

    run = fold(journal.records())
    assert run is not None
    assert run.verdict is RunVerdict.OPEN
    assert path.read_bytes() == begun


def test_the_list_of_formats_is_current(golden: Golden) -> None:
    listed = "\n".join(_listed())

    golden(LISTED, listed)


def _listed() -> list[str]:
    rows = [
        f"| {one.name.lower()} | {one.where} | {one.number} | {', '.join(map(str, one.read))} | "
        f"{one.refusal.__name__} |"
        for one in Format
    ]
    return [
        "# Stored formats",
        "",
        "Made from `core/formats.py`; a test keeps it current. What states no number is format 1.",
        "",
        "| format | where it is kept | written | read | refused as |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]
