"""Has this router refuse what is written down here, and nothing else, however often it starts anew.

A router that was started anew has forgotten what was said to it. So the file is the truth: whoever
tells this border what to refuse changes it first, and ``ndc-detour`` holds the router to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, Protocol

from core import files, host_paths
from core.clock import Clock
from core.errors import NdcError
from core.locks import Lock
from inventory.names import SiteName
from routing.refusals import Refusals, read_refusals, refusals_text

FOLDER: Final = Path(host_paths.DETOUR_STATE)
_TURN: Final = timedelta(seconds=5)
"""a change takes milliseconds; who waits this long waits for a process that hangs"""
_LOOKS_EVERY: Final = timedelta(seconds=1)


class RefusalsConsole(Protocol):
    """How it is seen and said what a router refuses; each method raises NotSeen, as vty does."""

    async def refused(self) -> Refusals:
        """Return what the router refuses now, by all that it hears from."""

    async def change(self, refuse: Refusals, accept: Refusals) -> None:
        """Have it refuse ``refuse`` besides, and ``accept`` no more."""

    async def begins_at(self, address: IPv4Address, asn: int) -> bool:
        """Tell whether it knows a way to ``address`` that begins in autonomous system ``asn``."""


class RefusalRecord:
    """The file in ``folder`` that says what this border refuses, and the lock to change it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._file = folder / "refusals.json"
        self._lock = folder / "refusals.lock"
        self._clock = clock

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock: from reading the file until the router was told nobody else does either.

        Raises:
            Unreachable: another process keeps it.
            Rejected: the folder cannot be written.
        """
        with Lock(self._lock) as lock:
            lock.wait(self._clock, _TURN, what=f"the lock {self._lock}")
            yield

    def read(self) -> Refusals:
        """Return what is to be refused; nothing on a border that was never told.

        Raises:
            JournalCorrupt: the file is not what we write.
        """
        text = files.read_if_there(self._file)
        return {} if text is None else read_refusals(text, self._file)

    def change(self, origin: SiteName, address: IPv4Address, *, refused: bool) -> None:
        """Write down whether ``address`` is refused from ``origin``; no power cut undoes it.

        Raises:
            JournalCorrupt: as ``read``.
            Rejected: it could not be written; what was written stands.
        """
        before = self.read()
        of_origin = before.get(origin, frozenset()) - {address}
        after = {**before, origin: of_origin | {address} if refused else of_origin}
        files.write(self._file, refusals_text(after), mode=0o600)


class Refusing:
    """Holds the router behind ``console`` to ``record``."""

    def __init__(self, record: RefusalRecord, console: RefusalsConsole) -> None:
        self._record = record
        self._console = console
        self._looked_at: timedelta | None = None
        self._trouble = ""

    async def look(self, now: timedelta) -> list[str]:
        """Put right what is otherwise, once a second; return what is worth a line.

        ``now`` is counted since boot. A router that does not answer is asked again at the next
        look, so one that was started anew is told before its neighbours tell it anything.
        """
        if self._looked_at is not None and now - self._looked_at < _LOOKS_EVERY:
            return []
        try:
            sentences, trouble = await self.obey(), ""
            self._looked_at = now
        except NdcError as error:
            sentences, trouble = [], f"what is refused may be otherwise: {error.what}"
        if trouble != self._trouble:
            self._trouble = trouble
            sentences.append(trouble or "what is refused is as it was told again")
        return sentences

    async def obey(self) -> list[str]:
        """Put right what is otherwise now; return a sentence for each address that was.

        Raises:
            JournalCorrupt: what is to be refused cannot be read; the router stays as it is.
            WorldError: the router may refuse something else.
        """
        with self._record.turn():
            return await self.obey_in_turn()

    async def obey_in_turn(self) -> list[str]:
        """Do as ``obey``, for whoever has the turn."""
        wanted, present = self._record.read(), await self._console.refused()
        late, early = _without(wanted, present), _without(present, wanted)
        if late or early:
            await self._console.change(late, early)
        return [
            *(f"{address} is refused from {site}" for site, address in _each(late)),
            *(f"{address} is accepted from {site} again" for site, address in _each(early)),
        ]


def _without(one: Refusals, other: Refusals) -> Mapping[SiteName, frozenset[IPv4Address]]:
    left = {site: those - other.get(site, frozenset()) for site, those in one.items()}
    return {site: those for site, those in left.items() if those}


def _each(refusals: Refusals) -> Iterator[tuple[SiteName, IPv4Address]]:
    for site, addresses in sorted(refusals.items()):
        for address in sorted(addresses):
            yield site, address
