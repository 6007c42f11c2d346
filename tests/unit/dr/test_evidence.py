"""A stranger counts a pack of evidence anew, and sees whatever was changed in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from access.signing_key import SigningKey
from dr.verifier.verification_text import verification_text
from tests.evidence import Change, Packed, packed
from tests.rehearsals import SERVICE
from tests.stubs.network import stub_network

LEDGER, IDS = f"ledger-{SERVICE}.jsonl", f"ids-{SERVICE}.json"
TESTIMONY = f"testimony-{SERVICE}.json"
FILES = (
    *("README.txt", "report.txt", "report.json", "report.html", "plan.json", "journal.jsonl"),
    *("anchors.jsonl", "checks.jsonl", "keys", "manifest.json", f"window-{SERVICE}.json"),
    *(TESTIMONY, f"{TESTIMONY}.sig", LEDGER, IDS, "manifest.json.sig"),
)

_LATE = "2031-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    on, root = request.getfixturevalue("stub_ground"), tmp_path_factory.mktemp("evidence")
    with stub_network(on, SERVICE, root / "hosts") as stub:
        return packed(stub, root / "runs")


def _lines(change: object) -> Change:
    """Return a change of the list of lines of a file."""

    def changed(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        return b"".join(change(lines))  # type: ignore[operator]  # of lines, in lines

    return changed


def _swapped(lines: Sequence[bytes]) -> list[bytes]:
    return [*lines[:1], lines[2], lines[1], *lines[3:]]


def _plain(path: Sequence[str | int], value: object) -> Change:
    """Return a change of one value in a JSON text."""

    def changed(content: bytes) -> bytes:
        whole: Any = json.loads(content)
        place = whole
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return json.dumps(whole).encode()

    return changed


def test_a_pack_that_nobody_touched_holds_and_is_counted_as_its_report_says(pack: Packed) -> None:
    verification = pack.verified()

    (count,) = verification.counts
    (course,) = json.loads(pack.files["report.json"])["services"]
    assert (verification.damages, verification.doubts) == ((), ())
    assert verification.signed_by == "an"
    assert count.acknowledged == course["measure"]["acknowledged"] > 50
    assert count.gap.total_seconds() == course["measure"]["gap_seconds"] > 0
    assert set(pack.files) == set(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
def test_one_changed_byte_is_seen(pack: Packed, name: str, share: float) -> None:
    place = int(share * (len(pack.files[name]) - 1))

    def change(content: bytes) -> bytes:
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    # the end of a signature's armour is no part of what it says
    if not (name.endswith(".sig") and share == 1.0 and name.startswith("manifest")):
        assert pack.changed(name, change).verified().damages


@pytest.mark.parametrize("name", [name for name in FILES if name != "keys"])
def test_a_file_that_is_missing_is_seen(pack: Packed, name: str) -> None:
    assert pack.without(name).verified().damages


def test_a_file_that_nobody_signed_for_is_seen(pack: Packed) -> None:
    more = Packed({**pack.files, "more.txt": b"!"}, pack.keys, pack.secrets)

    assert "more.txt: nobody signed for it: the manifest does not name it" in (
        more.verified().damages
    )


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        (LEDGER, _lines(lambda lines: lines[:-1]), "it does not end as the probe signed"),
        (LEDGER, _lines(lambda lines: lines[1:]), "line 1 does not follow the one before"),
        (LEDGER, _lines(_swapped), "line 2 does not follow the one before"),
        (LEDGER, lambda text: text.replace(b'"unknown"', b'"refused"', 1), "does not follow"),
        (IDS, lambda text: text.replace(b"[", b"[7,", 1), "changed since the probe signed"),
        ("journal.jsonl", _lines(lambda lines: lines[:-1]), "another journal than this one"),
        ("journal.jsonl", _lines(_swapped), "not numbered from 0 without a gap"),
        ("journal.jsonl", lambda text: text[:-1], "its last line is cut off"),
        ("journal.jsonl", lambda text: text.replace(b"attempt 1", b"attempt 2"), "another journal"),
        ("anchors.jsonl", _lines(lambda lines: lines[:-1]), "follow the last anchor"),
        ("anchors.jsonl", _lines(lambda lines: lines[1:]), "one is missing"),
        ("plan.json", _plain(["title"], "another"), "the run was opened with another plan"),
        (TESTIMONY, _plain(["since"], "2030-01-01T00:00:00+00:00"), "is not signed by probe@"),
        ("report.json", _plain(["services", 0, "measure", "gap_seconds"], 0.1), "gap_seconds is"),
        ("report.json", _plain(["services", 0, "measure", "lost"], 1), "lost is 0, and it says 1"),
        ("report.json", _plain(["phases", 0, "took_seconds"], 0.0), "phase ready took"),
        ("report.json", _plain(["run"], "another"), "it is about another run: another"),
        (
            "report.json",
            _plain(["phases", 0, "phase"], "start"),
            "phase start is not in the journal",
        ),
        (
            "report.json",
            _plain(["services", 0, "measure", "until"], _LATE),
            "it was measured until",
        ),
        ("report.json", _plain(["askers", 0, "name"], "binh"), "binh is proved, by no key"),
        ("report.json", _plain(["askers"], 7), "it is not as ndc writes it"),
    ],
)
def test_who_may_sign_the_pack_can_change_nothing_of_what_others_signed(
    pack: Packed, name: str, change: Change, told: str
) -> None:
    verification = pack.changed(name, change).signed().verified()

    assert any(told in damage for damage in verification.damages), verification.damages
    assert not any("hash" in damage for damage in verification.damages)


def test_a_pack_that_another_signed_in_somebodys_name_is_seen(pack: Packed) -> None:
    (damage,) = pack.signed("binh").verified().damages

    assert damage.startswith("manifest.json.sig: it is not an's, by their keys: SHA256:")


def test_a_pack_that_was_put_together_from_two_runs_is_seen(pack: Packed) -> None:
    other = pack.changed("manifest.json", _plain(["run"], "another")).signed()

    assert other.verified().damages == (
        f"journal.jsonl: it is of run {other.verified().run}, the pack of another",
    )


def test_a_probe_whose_key_is_not_believed_proves_nothing(pack: Packed, tmp_path: Path) -> None:
    own = next(line for line in pack.keys.splitlines() if line.startswith("probe@"))
    another = SigningKey.kept_at(tmp_path / "key").public_key
    keys = pack.keys.replace(own.rpartition("ssh-ed25519")[2], another.removeprefix("ssh-ed25519"))

    damages = pack.verified(keys).damages

    assert any(damage.startswith(f"{TESTIMONY}: it is not signed by probe@") for damage in damages)
    assert any("anchor 0 is not signed by probe@" in damage for damage in damages)


def test_what_was_never_anchored_or_signed_is_told_and_is_no_full_yes(pack: Packed) -> None:
    bare = pack.changed("anchors.jsonl", lambda _: b"").signed()
    nobody = bare.changed("manifest.json", _plain(["signed_by"], None))

    assert bare.verified().damages == ()
    assert nobody.verified().doubts == (
        "manifest.json: nobody signed for this pack",
        "anchors.jsonl: nobody else was told how the journal ended while the run went on",
    )


def test_a_verification_reads_well(pack: Packed) -> None:
    good, bad = pack.verified(), pack.changed("report.txt", lambda text: text + b" ").verified()

    assert verification_text(good).splitlines()[:2] == [
        f'{good.run}: it holds; the report says "{good.outcome}"',
        "  signed by an",
    ]
    assert verification_text(bad).splitlines()[:2] == [
        f"{bad.run}: NOT TO BE BELIEVED",
        "  WRONG    report.txt: it was changed: the manifest names another hash",
    ]


def test_no_secret_is_in_a_pack(pack: Packed) -> None:
    whole = b"\n".join(pack.files.values())
    secrets = list(_secret_lines(pack.secrets.folder))

    assert len(secrets) > 50
    assert [path for path, line in secrets if line in whole] == []


def _secret_lines(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each line that only its owner may know, from the middle of keys and of passwords."""
    for path in folder.rglob("*"):
        if (
            path.is_file()
            and path.suffix not in {".pub", ".crt", ".crl"}
            and path.name
            not in {
                "known_hosts",
                "made",
            }
        ):
            for line in path.read_bytes().splitlines():
                if len(line) >= 20 and b"-----" not in line:
                    yield path.name, line
