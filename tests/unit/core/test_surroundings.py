"""What a program that we start finds around it, whatever a person came with."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.surroundings import surroundings

TOLD = (
    "import locale, sys;"
    "print(locale.setlocale(locale.LC_ALL, ''), sys.stdout.encoding, sys.getfilesystemencoding())"
)
PERSONS = (
    {"LANG": "vi_VN.UTF-8"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "en_US.ISO-8859-1", "LANGUAGE": "vi:en"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_MESSAGES": "vi_VN.UTF-8", "LC_NUMERIC": "vi_VN.UTF-8"},
)


@pytest.mark.parametrize("person", PERSONS, ids=str)
def test_a_program_speaks_english_in_utf_8(
    person: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in person.items():
        monkeypatch.setenv(name, value)

    around = surroundings()
    said = subprocess.run(
        [sys.executable, "-c", TOLD], env=around, capture_output=True, text=True, check=True
    ).stdout

    assert said.split() == ["C.UTF-8", "utf-8", "utf-8"]
    assert "LANGUAGE" not in around


def test_what_a_person_set_besides_is_there_and_ours_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")

    around = surroundings(TZ="UTC")

    assert (around["SSH_AUTH_SOCK"], around["TZ"]) == ("/run/agent", "UTC")
