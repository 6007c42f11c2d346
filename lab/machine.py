"""The register of a machine: the numbers of its environments, and the users of shared things.

One file under a lock, in /var/lib/ndc. A number is machine-wide because it is in
every name and in the management network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core import files
from core.errors import Rejected
from core.formats import Format
from core.locks import Lock
from core.system_clock import SystemClock
from core.text import first_problem

FOLDER = Path("/var/lib/ndc")
_NUMBERS = range(1, 255)
_TURN = timedelta(minutes=1)
"""a change under the lock takes seconds; a longer one hangs"""


@dataclass(slots=True)
class Shared:
    """One thing of the machine that the first user makes and the last one removes."""

    users: list[str] = field(default_factory=list)
    """environments, in order of arrival"""
    before: str = ""
    """how it was, for the last user to restore; empty: it was not there"""


@dataclass(slots=True)
class Register:
    """What is in the file: no two environments have one number."""

    numbers: dict[str, int] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)
    """how many numbers an environment has from its own on, where that is more than one"""
    homes: dict[str, Path] = field(default_factory=dict)
    """folder of each environment that has a number: two checkouts may want one name"""
    shared: dict[str, Shared] = field(default_factory=dict)


_REGISTER = TypeAdapter(Register)


def claim_number(
    environment: str, home: Path, folder: Path = FOLDER, *, blocks: int = 1
) -> tuple[int, int]:
    """Return the number of ``environment`` on this machine, and how many it has from there on.

    They are given now if it has none: ``blocks`` numbers, a power of two, and the first of them
    can be divided by it. ``home`` is the environment's folder. A name whose folder is gone is free.

    Raises:
        Rejected: the name is another checkout's, too many of the 254 numbers are taken, or the
            register cannot be read or written.
    """
    with changing(folder) as register:
        home_on_record = register.homes.get(environment, home)
        if home_on_record != home and home_on_record.is_dir():
            raise _another_checkout(environment, home, home_on_record)
        register.homes[environment] = home
        if environment not in register.numbers:
            register.numbers[environment] = _free(register, blocks)
            if blocks > 1:
                register.blocks[environment] = blocks
        return register.numbers[environment], register.blocks.get(environment, 1)


def number_of(environment: str, folder: Path = FOLDER) -> int | None:
    """Return the number of ``environment``, or None if it has none on this machine."""
    with changing(folder) as register:
        return register.numbers.get(environment)


def release_number(environment: str, folder: Path = FOLDER) -> None:
    """Let others have the number of ``environment``; nothing of it may be left by then."""
    with changing(folder) as register:
        register.numbers.pop(environment, None)
        register.blocks.pop(environment, None)
        register.homes.pop(environment, None)


@contextmanager
def changing(folder: Path = FOLDER) -> Iterator[Register]:
    """Yield the register to one caller at a time; write it at the end, unless the caller raised."""
    with _locked(folder):
        at = folder / "register.json"
        register = _read(at)
        before = _REGISTER.dump_python(register, mode="json")
        yield register
        after = _REGISTER.dump_python(register, mode="json")
        if after != before:
            files.write(at, Format.REGISTER.text(after, indent=1) + "\n")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        files.make_folder(folder)
        lock = Lock(folder / "lock")
    except Rejected as error:
        raise Rejected(
            f"the machine's register of environments cannot be opened: {folder}",
            expected="a folder that this user may write to",
            actual=error.actual,
            next_step="run the command as root; without root there is `make check`",
        ) from error
    with lock:
        lock.wait(SystemClock(), _TURN, what="a turn at the machine's register of environments")
        yield


def _read(at: Path) -> Register:
    text = files.read_if_there(at)
    if text is None:
        return Register()
    try:
        Format.REGISTER.demand(text, at)
        return _REGISTER.validate_json(text)
    except ValidationError as error:
        raise Rejected(
            f"{at} cannot be read",
            expected="numbers of environments, and users of what they share",
            actual=first_problem(error),
            next_step=f"if no lab runs on this machine, remove {at}; otherwise mend it",
        ) from error


def _another_checkout(environment: str, home: Path, other: Path) -> Rejected:
    return Rejected(
        f"another checkout has an environment called {environment}",
        expected=f"one environment of that name on this machine, in {home}",
        actual=f"it is in {other}",
        next_step=f"there: ndc env destroy {environment}; or here: ndc env create NAME",
    )


def _free(register: Register, blocks: int) -> int:
    numbers_in_use = {
        number
        for environment, first in register.numbers.items()
        for number in range(first, first + register.blocks.get(environment, 1))
    }
    for first in range(blocks, _NUMBERS.stop - blocks + 1, blocks):
        if numbers_in_use.isdisjoint(range(first, first + blocks)):
            return first
    raise Rejected(
        "this machine has no number left for another environment",
        expected=f"{blocks} of {len(_NUMBERS)} numbers that nobody has"
        + (", one after the other" if blocks > 1 else ""),
        actual=f"{len(numbers_in_use)} are taken",
        next_step="ndc env destroy one that nobody uses",
    )
