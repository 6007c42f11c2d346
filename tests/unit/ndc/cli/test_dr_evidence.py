"""``ndc dr evidence``, ``keys``, ``verify`` as they are typed."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from dr.live.run_folder import names
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

MOVE = ("--yes", "dr", "switchover", SERVICE, "--to", "ndc02")


def _run(typed: Checkout) -> str:
    (run,) = names(typed.environment.paths.runs)
    return run


def test_what_a_run_came_to_is_verified_where_there_is_no_environment(
    typed: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = typed.ndc(*MOVE, "--as", "an")
    keys, archive = tmp_path / "keys", tmp_path / "evidence.tar.gz"
    keys.write_text(typed.ndc("dr", "keys").out, "utf-8")
    owners = [key["owner"] for key in json.loads(typed.ndc("dr", "keys", "--json").out)]
    told = typed.ndc("dr", "evidence", _run(typed), "--output", str(archive))
    monkeypatch.setenv("NDC_HOME", str(tmp_path / "elsewhere"))

    verified = typed.ndc("dr", "verify", str(archive), "--keys", str(keys))
    trusting = typed.ndc("--json", "dr", "verify", str(archive))
    no_keys = typed.ndc("dr", "verify", str(archive), "--keys", str(tmp_path / "none"))
    no_pack = typed.ndc("dr", "verify", str(keys), "--keys", str(keys))

    assert moved.code == 0, moved.err
    assert "signed by an" in moved.err
    assert told.out.strip() == str(archive)
    assert owners == [line.split()[0] for line in keys.read_text("utf-8").splitlines()]
    assert verified.code == 0, verified.out
    assert 'it holds; the report says "done"' in verified.out
    assert (trusting.code, json.loads(trusting.out)["holds"]) == (1, True)
    assert "whoever made it may have made them" in trusting.err
    assert (no_keys.code, no_pack.code) == (4, 5)
    assert "is no pack of evidence" in no_pack.err


def test_a_pack_that_nobody_signed_is_signed_later(typed: Checkout, tmp_path: Path) -> None:
    moved, keys = typed.ndc(*MOVE), tmp_path / "keys"
    keys.write_text(typed.ndc("dr", "keys").out, "utf-8")
    place = typed.environment.paths.runs / _run(typed) / "evidence"

    nobody = typed.ndc("dr", "verify", str(place), "--keys", str(keys))
    unsigned = typed.ndc("dr", "evidence", _run(typed))
    signed = typed.ndc("dr", "evidence", _run(typed), "--as", "binh")
    again = typed.ndc("dr", "resume", _run(typed), "--as", "an")
    somebody = typed.ndc("dr", "verify", str(place), "--keys", str(keys))
    report = place / "report.txt"
    report.write_text(report.read_text("utf-8").replace("lost          0", "lost          1"))
    changed = typed.ndc("dr", "verify", str(place), "--keys", str(keys))

    assert f"signed by nobody: ndc --env test dr evidence {_run(typed)} --as OPERATOR" in moved.err
    assert (nobody.code, "unknown  manifest.json: nobody signed" in nobody.out) == (1, True)
    assert f"ndc --env test dr evidence {_run(typed)} --as OPERATOR" in unsigned.err
    assert "signed by binh, key SHA256:" in signed.err
    assert "signed before" in again.err
    assert "signed by binh" in somebody.out
    # who had the run started is proved by no key, and that stays so
    assert (somebody.code, "nothing proves that" in somebody.out) == (1, True)
    assert (changed.code, "WRONG    report.txt: it was changed" in changed.out) == (5, True)


def test_a_plan_that_was_not_begun_leaves_no_evidence(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")

    refused = typed.ndc("dr", "evidence", _run(typed))

    assert refused.code == 4
    assert "there is no evidence" in refused.err


def test_an_archive_holds_its_files_and_says_nothing_of_who_wrote_it(
    typed: Checkout, tmp_path: Path
) -> None:
    typed.ndc(*MOVE)
    first, second = tmp_path / "1.tar.gz", tmp_path / "2.tar.gz"

    for archive in (first, second):
        typed.ndc("dr", "evidence", _run(typed), "--output", str(archive))

    with tarfile.open(first) as members:
        assert {(member.uname, member.mtime) for member in members} == {("", 0)}
    assert first.read_bytes() == second.read_bytes()
