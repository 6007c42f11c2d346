"""The streams that a person's shell hands us: closed ones, and terminals that lack a letter."""

from __future__ import annotations

import codecs
import os
import select
import sys
from io import TextIOWrapper
from typing import Final

_FILES: Final = (0, 1, 2)
_WRITTEN: Final = (1, 2)


def mend() -> None:
    """Make every stream be there, and let the answer's replace a letter that it lacks.

    Who reads from a closed one reads nothing, and what is written there is nobody's. Without
    this, the next file that is opened would have its number, and get what programs print.
    """
    for number in _FILES:
        if not _is_open(number):
            _put_nothing_in_place_of(number)
    sys.stdin = sys.stdin or open(0, closefd=False, encoding="utf-8")  # noqa: SIM115 as long as we live
    sys.stdout = sys.stdout or open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115 as above
    sys.stderr = sys.stderr or open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115 as above
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def takes_every_letter() -> bool:
    """Whether the answer's stream has a place for each letter that there is."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf-")


def let_go_of_gone_readers() -> bool:
    """Whether nobody reads our answers or words any more; then they go nowhere, without harm."""
    poll = select.poll()
    for number in _WRITTEN:
        poll.register(number, 0)
    gone = [number for number, event in poll.poll(0) if event & select.POLLERR]
    for number in gone:
        _put_nothing_in_place_of(number)
    return bool(gone)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _put_nothing_in_place_of(number: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)
    os.set_inheritable(number, True)  # noqa: FBT003 - the library names it no other way
