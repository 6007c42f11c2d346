"""The files of a pack, as they are, and whether somebody signed for exactly these."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

from core.errors import JournalCorrupt
from core.formats import Format
from dr.verifier.findings import PackFindings
from dr.verifier.keys import PublicKeys

LARGEST_BYTES: Final = 512 * 2**20
"""of all files together: a pack of a day is a tenth of it"""

_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "manifest.json.sig"
_NAMESPACE: Final = "ndc-evidence"


@dataclass(frozen=True, slots=True)
class PackContents:
    """What lies in a pack, by name."""

    files: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> PackContents:
        """Return what lies in ``path``: a folder, or a tar.

        Raises:
            JournalCorrupt: it is neither, or holds more than a pack does.
        """
        try:
            return cls(dict(_of_folder(path) if path.is_dir() else _of_archive(path)))
        except (OSError, EOFError, tarfile.TarError) as error:
            raise _none(path, str(error)) from error

    def text(self, name: str) -> str:
        """Return the file called ``name``; "" if there is none, or it is no text."""
        return self.files.get(name, b"").decode("utf-8", "replace")

    def plain(self, name: str, findings: PackFindings) -> dict[str, Any]:
        """Return the object that the file called ``name`` holds; an empty one if it holds none."""
        whole = parsed(self.text(name))
        if not whole and name in self.files:
            findings.damage(name, "it is no JSON object")
        return whole

    def manifest(self, findings: PackFindings, keys: PublicKeys) -> dict[str, Any]:
        """Return the manifest, after comparing every file with it, and it with its signature."""
        if _MANIFEST not in self.files:
            findings.damage(_MANIFEST, "it is missing")
            return {}
        manifest = self.plain(_MANIFEST, findings)
        stated(Format.PACK, self.text(_MANIFEST), "the manifest")
        named = manifest.get("files", {})
        for name in sorted({*self.files, *named} - {_MANIFEST, _SIGNATURE}):
            if name not in self.files:
                findings.damage(name, "it is missing")
            elif name not in named:
                findings.damage(name, "nobody signed for it: the manifest does not name it")
            elif sha256(self.files[name]).hexdigest() != named[name].get("sha256"):
                findings.damage(name, "it was changed: the manifest names another hash")
        self._signed(manifest.get("signed_by"), findings, keys)
        return manifest

    def _signed(self, by: object, findings: PackFindings, keys: PublicKeys) -> None:
        if by is None:
            findings.doubt(_MANIFEST, "nobody signed for this pack")
            return
        text, signature = self.text(_MANIFEST), self.text(_SIGNATURE)
        if keys.signer(str(by), text, signature, _NAMESPACE) is None:
            known = ", ".join(keys.of(str(by))) or "none is known"
            findings.damage(_SIGNATURE, f"it is not {by}'s, by their keys: {known}")


def parsed(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``; an empty one if it is none."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def stated(format_: Format, text: str, source: str) -> dict[str, Any]:
    """Return the JSON object in ``text``; an empty one if it is none.

    Raises:
        JournalCorrupt: it is of a format that is not read; ``source`` is how a person calls it.
    """
    format_.demand(text, source)
    return parsed(text)


def _of_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    for file in sorted(path.iterdir()):
        total += file.stat().st_size
        if total > LARGEST_BYTES:
            raise _none(path, "more than a pack holds")
        yield file.name, file.read_bytes()


def _of_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            total += member.size
            if total > LARGEST_BYTES:
                raise _none(path, "more than a pack holds")
            if content is not None:
                yield PurePosixPath(member.name).name, content.read()


def _none(path: Path, actual: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"{path} is no pack of evidence",
        expected="the folder that `ndc dr evidence` names, or the file that it wrote",
        actual=actual,
        next_step="ask for it again, and keep this one",
    )
