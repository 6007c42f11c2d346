"""Makes the pack of evidence of one run: a folder that a stranger can verify with public keys."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from access.secrets import Secrets
from core import files
from core.clock import Clock
from core.errors import PlanRefused, Rejected
from core.formats import Format
from dr.live.exhibits import Exhibits, digest
from dr.live.signing import EVIDENCE, public_keys, text_signed
from inventory.network import Network

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
KEYS: Final = "keys"

_AS_THEY_ARE: Final = (
    *("report.txt", "report.json", "report.html", "plan.json", "journal.jsonl"),
    *("anchors.jsonl", "checks.jsonl"),
)
_WORDS: Final = """What one run of recovery came to, and what that was counted from.

report.html    to look at; report.txt and report.json say the same
plan.json      what was to be done, and what that was decided on
journal.jsonl  what was done: a record a line, written before it was done; with who asked, signed
anchors.jsonl  how the journal ended, at moments of the run, as the probe signed it
checks.jsonl   what was asked of the network meanwhile, and answered
testimony-*    what the probe signed of the run's time: the ends of its ledger, the hash of the ids
ledger-*       every write of that time, as the probe wrote it down; each line names the one before
ids-*          under which ids each write was there when it was read back
keys           public keys, as the sender knows them; take yours from elsewhere: ndc dr keys
manifest.json  the hash of each of these files, and who signed for all of them

ndc dr verify FOLDER --keys FILE counts everything anew, without a network. By hand:

    sha256sum report.json     (compare with manifest.json)
    ssh-keygen -Y verify -f FILE -I OPERATOR -n ndc-evidence -s manifest.json.sig < manifest.json
    ssh-keygen -Y verify -f FILE -I probe@HOST -n ndc-probe -s T.json.sig < T.json   (a testimony)
"""


@dataclass(frozen=True, slots=True)
class Packing:
    """Packs what is in the folder of a run; nothing is asked of the network."""

    network: Network
    secrets: Secrets
    exhibits: Exhibits
    clock: Clock

    @property
    def is_packed(self) -> bool:
        """Whether there is a pack, of the report that there is now."""
        own, packed = (
            files.read_if_there(place / "report.json")
            for place in (self.exhibits.folder.path, self.exhibits.pack)
        )
        return own is not None and own == packed and (self.exhibits.pack / MANIFEST).exists()

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed the pack."""
        return (self.exhibits.pack / SIGNATURE).exists()

    def pack(self) -> Path:
        """Return the folder of the pack, made anew and signed by nobody.

        Raises:
            PlanRefused: the run has no report yet.
            Rejected: it could not be written.
        """
        inside = {"README.txt": _WORDS.encode(), **dict(self._files())}
        if "report.json" not in inside:
            run = self.exhibits.folder.run
            raise PlanRefused(
                f"there is no evidence of {run} yet",
                expected="a run that came to an end, or stands, and was measured",
                actual="it has no report",
                next_step=f"ndc dr resume {run}, which measures what it came to",
            )
        place = self.exhibits.pack
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for name, content in inside.items():
                (place / name).write_bytes(content)
        except OSError as error:
            raise Rejected(
                f"the pack {place} could not be written",
                expected="a folder that takes new files",
                actual=error.strerror or str(error),
                next_step=f"make room, then: ndc dr evidence {self.exhibits.folder.run}",
            ) from error
        files.write(place / MANIFEST, self._manifest(inside, None))
        return place

    def sign(self, operator: str, key: Path | None) -> str:
        """Sign the pack as ``operator``; return the fingerprint of the key.

        ``key`` is as for ``Signing.signed``.

        Raises:
            PlanRefused: nobody of that name is declared, or the key is another's.
            Rejected: nothing was signed.
        """
        place = self.exhibits.pack
        inside = {
            path.name: path.read_bytes()
            for path in sorted(place.iterdir())
            if path.name not in {MANIFEST, SIGNATURE}
        }
        text, folder = self._manifest(inside, operator), self.secrets.folder
        print_, signature = text_signed(self.network, folder, operator, key, text, EVIDENCE)
        (place / SIGNATURE).unlink(missing_ok=True)
        files.write(place / MANIFEST, text)
        files.write(place / SIGNATURE, signature)
        return print_

    def write_archive(self, path: Path) -> None:
        """Write the pack into the one file ``path``, a tar that gzip made smaller.

        Raises:
            Rejected: it could not be written.
        """
        place, whole = self.exhibits.pack, io.BytesIO()
        with (
            gzip.GzipFile(fileobj=whole, mode="wb", mtime=0) as smaller,
            tarfile.open(fileobj=smaller, mode="w") as archive,
        ):
            for file in sorted(place.iterdir()):
                member = tarfile.TarInfo(f"evidence-{self.exhibits.folder.run}/{file.name}")
                content = file.read_bytes()
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        try:
            path.write_bytes(whole.getvalue())
        except OSError as error:
            raise Rejected(
                f"{path} could not be written",
                expected="a place for a new file",
                actual=error.strerror or str(error),
                next_step="name another one with --output FILE",
            ) from error

    def _manifest(self, inside: Mapping[str, bytes], signed_by: str | None) -> str:
        named = {
            name: {"bytes": len(content), "sha256": digest(content)}
            for name, content in sorted(inside.items())
        }
        manifest = {
            "environment": self.network.environment,
            "run": self.exhibits.folder.run,
            "made_at": self.clock.now().isoformat(),
            "signed_by": signed_by,
            "files": named,
        }
        return Format.PACK.text(manifest, indent=1) + "\n"

    def _files(self) -> Iterator[tuple[str, bytes]]:
        folder = self.exhibits.folder.path
        for path in (*(folder / name for name in _AS_THEY_ARE), *folder.glob("window-*.json")):
            if path.exists():
                yield path.name, path.read_bytes()
        for moved in self.exhibits.folder.plan().basis.moves:
            testimony = self.exhibits.testimony(moved.service)
            if testimony is not None:
                name = f"testimony-{moved.service}.json"
                yield name, testimony["statement"]["text"].encode()
                yield f"{name}.sig", testimony["statement"]["signature"].encode()
                yield f"ledger-{moved.service}.jsonl", testimony["ledger"].encode()
                yield f"ids-{moved.service}.json", testimony["ids"].encode()
        yield KEYS, public_keys(self.network, self.secrets).encode()


def unmeasured(exhibits: Exhibits) -> list[str]:
    """Return what nobody can count anew from what the run in ``exhibits`` left, a sentence each."""
    services = [moved.service for moved in exhibits.folder.plan().basis.moves]
    sentences = [
        f"{service}: no probe signed what its writes came to: nobody can count them anew"
        for service in services
        if exhibits.testimony(service) is None
    ]
    anchors = [json.loads(line) for line in exhibits.anchors()]
    silent = sum(anchor["statement"] is None for anchor in anchors)
    if not anchors:
        sentences.append("the journal: nobody else was told how it ended while the run went on")
    elif silent:
        sentences.append(f"the journal: {silent} of {len(anchors)} anchors were signed by no probe")
    return sentences
