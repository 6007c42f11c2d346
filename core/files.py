"""Text in files: read whole, or replaced whole."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.errors import InventoryInvalid, Rejected
from core.text import Unreadable

_LINE_END: Final = re.compile("\r\n?")
_NO_LETTER: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]")
"""what is shown for bytes that are none, and what no text holds"""


def read_folder(folder: Path) -> dict[str, str | Unreadable]:
    """Return the text of every ``*.yaml`` and ``*.yml`` below ``folder``, by its path within it.

    What begins with a dot is of an editor or a file system, and left out. A folder that cannot be
    listed is unreadable, as a file is; one that a link leads to is read as any other.

    Raises:
        InventoryInvalid: the folder is not there, or holds none.
    """
    texts = {path.relative_to(folder).as_posix(): _text(path) for path in _declared(folder, ())}
    if not texts:
        raise InventoryInvalid(
            f"there is no inventory in {folder}",
            expected="a folder with declared *.yaml files",
            actual=_what_is_there(folder),
            next_step="name the inventory's folder with --inventory",
        )
    return texts


def make_folder(path: Path, *, mode: int | None = None) -> None:
    """Make ``path`` a folder, with those it lies in.

    ``mode`` is its own, whatever the umask is and whatever it was; None: it stays as it is.

    Raises:
        Rejected: it is none, and cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o755)
        if mode is not None and path.stat().st_mode & 0o7777 != mode:
            path.chmod(mode)
    except OSError as error:
        raise Rejected(
            f"the folder {path} could not be made",
            expected="a place that takes a new folder of this user",
            actual=error.strerror or str(error),
            next_step="run the command as root, make room or mend the permissions",
        ) from error


def read_if_there(path: Path) -> str | None:
    """Return the text of ``path``, or None if there is no such file.

    Raises:
        Rejected: it is there and cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Make ``path`` hold ``text``: all of it or, if this fails, what it held before.

    ``mode`` is set whatever the umask is. When it returns, the text and the file's name
    would survive a power cut.

    Raises:
        Rejected: it could not be written; the old text is still there.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                os.fchmod(descriptor, mode)
                file.write(text)
                file.flush()
                os.fsync(descriptor)  # noqa: TID251 every file is written here
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise Rejected(
            f"{path} could not be written",
            expected="a folder that takes a new file",
            actual=error.strerror or str(error),
            next_step="make room or mend the permissions, then run the command again",
        ) from error


def copy(source: Path, target: Path) -> None:
    """Make ``target`` a copy of ``source`` that only its owner may read.

    Its bytes survive a power cut; its name does once its folder is synced. Raises OSError.
    """
    with source.open("rb") as old, target.open("wb") as new:
        os.fchmod(new.fileno(), 0o600)
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())  # noqa: TID251 as above


def try_to_write(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` as far as the disk itself, and remove it again.

    Raises OSError where the disk does not take it; nothing is left then either.
    """
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # noqa: TID251 as above
    finally:
        path.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Make the file ``path`` not be there; when it returns, a power cut does not bring it back.

    Raises:
        Rejected: it could not be removed.
    """
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise Rejected(
            f"{path} could not be removed",
            expected="a folder that lets go of a file",
            actual=error.strerror or str(error),
            next_step="mend the permissions, then run the command again",
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut; raises OSError where the disk refuses."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)  # noqa: TID251 as above
    finally:
        os.close(descriptor)


def _declared(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """Yield what is to be read below ``folder``, and folders in it that cannot be listed."""
    real = folder.resolve()
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        if above:
            yield folder
        return
    for path in paths:
        if path.suffix.lower() in {".yaml", ".yml"}:
            yield path
        if path.is_dir() and path.resolve() not in (*above, real):
            yield from _declared(path, (*above, real))


def _text(path: Path) -> str | Unreadable:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            return Unreadable("it is no file, and reading it might never end", legible="")
        content = path.read_bytes()
    except OSError as error:
        return Unreadable(_reason(error), legible="" if path.is_dir() else None)
    try:
        return _LINE_END.sub("\n", content.decode())
    except UnicodeDecodeError as error:
        before = _LINE_END.sub("\n", content[: error.start].decode()).split("\n")
        at = (len(before), len(before[-1]) + 1)
        return Unreadable(_reason(error), _legible(content), *at)


def _legible(content: bytes) -> str:
    """Return what somebody may have written in another encoding, "?" for what is no letter here."""
    is_wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = content.decode("utf-16" if is_wide else "utf-8", "replace")
    return _NO_LETTER.sub("?", _LINE_END.sub("\n", text))


def _what_is_there(folder: Path) -> str:
    if folder.is_dir():
        return "no such file"
    return "a file" if folder.exists() else "no such folder"


def _unreadable(path: Path, error: Exception) -> Rejected:
    return Rejected(
        f"{path} cannot be read",
        expected="text in UTF-8 that this user may read",
        actual=_reason(error),
        next_step="mend the file or its permissions, then run the command again",
    )


def _reason(error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return f"it is not UTF-8 from byte {error.start + 1} on"
        case OSError(strerror=str(reason)):
            return reason
        case _:
            return str(error)
