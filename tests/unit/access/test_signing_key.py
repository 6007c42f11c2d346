"""A key that a program makes for itself; OpenSSH alone verifies what it signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.clients.signatures import fingerprint, is_signed
from access.signing_key import SigningKey
from core.errors import JournalCorrupt

TEXT, SPACE = '{"what":"witness","told":"Hòa Lạc"}', "ndc-probe"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.kept_at(tmp_path / "signing.key")


def test_ssh_keygen_verifies_what_it_signs(key: SigningKey) -> None:
    assert is_signed(TEXT, key.signature(TEXT, SPACE), key.public_key, SPACE)
    assert fingerprint(key.public_key).startswith("SHA256:")


@pytest.mark.parametrize(
    ("text", "space"), [(TEXT + " ", SPACE), (TEXT, "ndc-run")], ids=["text", "namespace"]
)
def test_a_signature_of_one_thing_is_none_of_another(
    key: SigningKey, text: str, space: str
) -> None:
    assert not is_signed(text, key.signature(TEXT, SPACE), key.public_key, space)


def test_a_key_is_made_once_and_only_its_owner_reads_it(key: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "signing.key"

    again = SigningKey.kept_at(path)

    assert again.public_key == key.public_key
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "nonsense", "ssh-ed25519 AAAA"])
def test_what_is_no_key_is_told_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "signing.key"
    path.write_text(text, "utf-8")

    with pytest.raises(JournalCorrupt) as caught:
        SigningKey.kept_at(path)

    assert len(caught.value.lines()) == 4
    assert path.read_text("utf-8") == text
