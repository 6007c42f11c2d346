"""Which of the machine's apt sources the golden image is built from."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain.build.sources import debian_sources

KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN = f"""\
Types: deb
Uris: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {KEY}
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_stanzas_of_debian_are_taken_and_other_vendors_left(apt: Path) -> None:
    (apt / "sources.list.d/debian.sources").write_text(
        "# a comment\nTypes: deb deb-src\nURIs: http://mirror.example/debian\n"
        "Suites: bookworm bookworm-updates bookworm-backports\n"
        f"Components: main contrib\nSigned-By: {KEY}\n",
        "utf-8",
    )
    (apt / "sources.list.d/vendor.sources").write_text(
        "Types: deb\nURIs: http://v.example/node\nSuites: nodistro\nComponents: main\n", "utf-8"
    )
    (apt / "sources.list.d/vendor.list").write_text(
        "deb http://v.example/apt cloud-sdk-bookworm main\n"
        "deb [arch=amd64] http://v.example/docker bookworm stable\n",
        "utf-8",
    )

    assert debian_sources("bookworm", apt) == DEBIAN


def test_lines_of_the_old_style_are_understood(apt: Path) -> None:
    (apt / "sources.list").write_text(
        f"deb [arch=amd64 signed-by={KEY}] http://mirror.example/debian bookworm main non-free\n"
        "deb-src http://mirror.example/debian bookworm main\n"
        "# deb http://mirror.example/other bookworm main\n",
        "utf-8",
    )

    expected = DEBIAN.replace("bookworm bookworm-updates", "bookworm")
    assert debian_sources("bookworm", apt) == expected


def test_a_key_in_the_stanza_is_kept_whole(apt: Path) -> None:
    text = DEBIAN.replace(KEY, "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQIN\n -----END")
    (apt / "sources.list.d/debian.sources").write_text(text, "utf-8")

    assert debian_sources("bookworm", apt) == text


@pytest.mark.parametrize(
    "text",
    ["", "Enabled: no\n" + DEBIAN, DEBIAN.replace("bookworm", "trixie")],
    ids=["nothing", "switched off", "another release"],
)
def test_where_debian_is_not_served_there_is_no_source(apt: Path, text: str) -> None:
    (apt / "sources.list.d/debian.sources").write_text(text, "utf-8")

    assert debian_sources("bookworm", apt) == ""
