"""What became of a request that ended in one of the library's exceptions."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

import httpx


class Fate(Enum):
    """What became of a request that ended in an exception."""

    UNSENDABLE = auto()
    """it never left this machine: a defect of the caller"""
    UNTAKEN = auto()
    """nobody took the connection: it certainly did not arrive"""
    UNANSWERED = auto()
    """it may have arrived"""


FATES: Final[dict[type[Exception], Fate]] = {
    httpx.InvalidURL: Fate.UNSENDABLE,
    httpx.UnsupportedProtocol: Fate.UNSENDABLE,
    httpx.LocalProtocolError: Fate.UNSENDABLE,
    httpx.CookieConflict: Fate.UNSENDABLE,
    httpx.ConnectError: Fate.UNTAKEN,
    httpx.ConnectTimeout: Fate.UNTAKEN,
    httpx.PoolTimeout: Fate.UNTAKEN,
    httpx.HTTPError: Fate.UNANSWERED,
    httpx.StreamError: Fate.UNANSWERED,
}
"""what each exception of the library means; one that is not here means what its parent means"""

_NO_SOCKET: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def fate(error: BaseException | None) -> Fate:
    """Return what became of the request that ``error`` ended; it may be any exception."""
    return next((FATES[kind] for kind in type(error).mro() if kind in FATES), Fate.UNANSWERED)


def is_our_own(error: BaseException) -> bool:
    """Tell whether ``error`` came about because this process, or machine, has no socket left."""
    return any(isinstance(one, OSError) and one.errno in _NO_SOCKET for one in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error``, and what each in turn came of."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
