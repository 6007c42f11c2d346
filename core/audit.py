"""An append-only log of what was changed and refused: each line names the one before by its hash.

A file a month, chained to the month before. Whoever changes, removes or reorders a line breaks
the chain from there on. Whoever may write the files could make the whole chain anew, or cut its
end off: its head, which ``ndc audit`` prints, kept elsewhere, shows that as well.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from core import files
from core.clock import Clock
from core.errors import JournalCorrupt, NdcError, Rejected
from core.formats import Format, stated_in
from core.locks import Lock

FIRST_BEFORE: Final = ""
"""what the first line of all names as the one before"""

_TURN: Final = timedelta(seconds=10)
_TAIL_BYTES: Final = 64 * 2**10
"""of a file, in which its last line lies"""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: its number, its hash, and what it tells."""

    number: int
    digest: str
    told_at: str
    """when it was written, by the clock of the machine that wrote it"""
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken: what follows proves nothing of what was before."""

    file: str
    line: int
    """1 for the first of the file"""
    why: str


@dataclass(frozen=True, slots=True)
class AuditReading:
    """All that a log tells, and whether it is whole."""

    lines: tuple[AuditLine, ...]
    broken: Break | None
    """None: every line names the one before"""
    torn: int = 0
    """lines that cannot be read: a crash cut them short, or somebody wrote there"""

    @property
    def head(self) -> str:
        """The hash of the last line; of nothing, if there is none."""
        return self.lines[-1].digest if self.lines else FIRST_BEFORE

    def plain(self, most: int) -> dict[str, Any]:
        """Return it with the last ``most`` lines, for other programs."""
        last = [dict(line.fields) for line in self.lines[-most:]]
        broken = asdict(self.broken) if self.broken else None
        return {"head": self.head, "broken": broken, "torn": self.torn, "lines": last}

    def demand_whole(self, name: str) -> None:
        """Return if nobody changed the log of ``name`` since it was written.

        Raises:
            JournalCorrupt: the chain is broken; it says where.
        """
        if self.broken:
            raise JournalCorrupt(
                f"the audit log of {name} is broken at {self.broken.file}, line {self.broken.line}",
                expected="a chain in which every line names the one before",
                actual=self.broken.why,
                next_step="keep the files as they are, and find out who wrote there",
            )


@dataclass(frozen=True, slots=True)
class _End:
    """Where a log ends: number and hash to go on from."""

    number: int
    digest: str
    missing: bytes
    """the end of a line that a crash cut short"""
    torn: bool


class AuditLog:
    """The log in one folder; many processes may write to it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def append(self, fields: Mapping[str, Any]) -> int:
        """Write one line that holds ``fields``; return its number once it cannot be lost.

        Raises:
            Rejected: it was not written, and the log is as it was.
            Unreachable: another process keeps its lock.
        """
        files.make_folder(self._folder)
        with Lock(self._folder / "lock") as lock:
            lock.wait(self._clock, _TURN, what=f"the lock of {self._folder}")
            end = self._end()
            now = self._clock.now()
            plain = {
                "number": end.number + 1,
                "before": end.digest,
                "at": now.isoformat(timespec="milliseconds"),
                **({"after_a_torn_line": True} if end.torn else {}),
                **fields,
            }
            line = Format.AUDIT.text(plain).encode() + b"\n"
            newest = max(self._paths(), default=None)
            path = self._folder / f"{now:%Y-%m}.jsonl"
            # a clock that was set back writes on where the chain ends
            self._write(max(path, newest) if newest else path, end.missing + line)
        return end.number + 1

    def try_to_append(self, fields: Mapping[str, Any]) -> str:
        """Write one line as ``append`` does; return why it was not written, "" if it was."""
        try:
            self.append(fields)
        except NdcError as error:
            return f"{error.what}: {error.actual}"
        return ""

    def read(self) -> AuditReading:
        """Return every line and, if the chain is broken, the first place where it is.

        Raises:
            Rejected: a file cannot be read.
        """
        return verified((path.name, _bytes(path)) for path in self._paths())

    def tail(self, most: int) -> str:
        """Return the last ``most`` lines as they are kept, the oldest first."""
        texts = [_bytes(path).decode("utf-8", "replace") for path in self._paths()[-2:]]
        return "".join("".join(texts).splitlines(keepends=True)[-most:])

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("????-??.jsonl"))

    def _end(self) -> _End:
        torn: bytes | None = None
        for path in reversed(self._paths()):
            content = _tail(path)
            missing = b"" if content.endswith(b"\n") or not content else b"\n"
            for text in reversed(content.split(b"\n")):
                line = _parsed(text)
                if line is not None:
                    digest = line.digest if torn is None else _hash(torn)
                    return _End(line.number, digest, missing, torn=torn is not None)
                torn = torn or text or None
        return _End(0, _hash(torn) if torn else FIRST_BEFORE, b"\n" if torn else b"", bool(torn))

    def _write(self, path: Path, data: bytes) -> None:
        is_new = not path.exists()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                _all_of(descriptor, data, size)
            finally:
                os.close(descriptor)
            if is_new:
                files.sync_folder(path.parent)
        except OSError as error:
            raise Rejected(
                f"nothing could be written to the audit log {path}",
                expected="room for one more line: what is not written down is not done",
                actual=error.strerror or str(error),
                next_step="make room or mend the permissions, then run the command again",
            ) from error


def verified(texts: Iterator[tuple[str, bytes]], *, from_within: bool = False) -> AuditReading:
    """Return what the files ``texts`` (name and content, oldest first) tell.

    ``from_within`` says that they begin somewhere within a chain: nothing is asked of the first.
    """
    lines: list[AuditLine] = []
    before: str | None = None if from_within else FIRST_BEFORE
    torn = 0
    for name, content in texts:
        for place, text in enumerate(content.split(b"\n"), start=1):
            line = _parsed(text)
            if line is None:
                if text:
                    torn, before = torn + 1, _hash(text)
                continue
            number = lines[-1].number + 1 if lines else line.number if from_within else 1
            if why := _objection(line, before, number):
                return AuditReading(tuple(lines), Break(name, place, why), torn)
            lines.append(line)
            before = line.digest
    return AuditReading(tuple(lines), None, torn)


def _objection(line: AuditLine, before: str | None, number: int) -> str:
    if before is not None and line.fields["before"] != before:
        return "it does not name the line before it: that one was changed, or lines are missing"
    return "" if line.number == number else f"it is number {line.number}, not {number}"


def _parsed(text: bytes) -> AuditLine | None:
    try:
        fields = json.loads(text)
        line = AuditLine(int(fields["number"]), _hash(text), str(fields["at"]), fields)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    Format.AUDIT.demand_number(stated_in(fields), "a line of the audit log")
    return line


def _all_of(descriptor: int, data: bytes, size: int) -> None:
    try:
        written = os.write(descriptor, data)
        os.fsync(descriptor)  # noqa: TID251 a log is appended to, never replaced
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise
    if written != len(data):
        os.ftruncate(descriptor, size)
        raise OSError(errno.ENOSPC, "no room for a whole line")


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return file.read()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Rejected(
            f"{path} cannot be read",
            expected="an audit log that this user may read",
            actual=error.strerror or str(error),
            next_step="run the command as root, or mend the permissions",
        ) from error


def _hash(text: bytes) -> str:
    return sha256(text).hexdigest()
