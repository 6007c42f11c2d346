"""Patroni's REST, at which who takes a member to be down waits until that leads.

A HAProxy that asks every second who leads hears of a new leader half a second late in the mean, and
asking more often would cost every member for ever. So a question that says that its answer will be
"no" (``X-Haproxy-Server-State: DOWN``) is answered once that is not so any more, or after a second.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

from patroni.api import RestApiHandler
from patroni.ha import Ha

MOST: Final = 16
"""who wait at once; whoever comes then is answered at once, from other threads of Patroni's"""
WAITS_SECONDS: Final = 1.0
"""half of what HAProxy gives an answer (``timeout check``)"""

_STATE: Final = "X-Haproxy-Server-State"
_DOWN: Final = "DOWN"
_PATH: Final = "/primary"
_ANSWERED: Final = RestApiHandler.do_OPTIONS
_NOTED: Final = Ha.set_is_leader


@dataclass(frozen=True, slots=True)
class Waiting:
    """The questions to one member that are not answered yet."""

    leads: threading.Event = field(default_factory=threading.Event)
    """whether the member was last seen to lead; its lease may have ended since"""
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST)
    )

    def wait(self) -> None:
        """Return once the member leads, or a second is over, or too many wait already."""
        if self.places.acquire(blocking=False):
            try:
                self.leads.wait(WAITS_SECONDS)
            finally:
                self.places.release()

    def note(self, *, leads: bool) -> None:
        """Let those who wait have their answers, where the member ``leads``."""
        if leads:
            self.leads.set()
        else:
            self.leads.clear()


def install() -> None:
    """Have a Patroni that is started next in this process answer so."""
    waiting = Waiting()

    def do_options(handler: RestApiHandler) -> None:
        state = handler.headers.get(_STATE, "")
        if handler.path == _PATH and state.startswith(_DOWN):
            waiting.wait()
        _ANSWERED(handler)

    def set_is_leader(member: Ha, value: bool) -> None:  # noqa: FBT001 - as Patroni's own
        _NOTED(member, value)
        waiting.note(leads=value)

    RestApiHandler.do_OPTIONS = do_options  # type: ignore[assignment, method-assign]
    Ha.set_is_leader = set_is_leader  # type: ignore[assignment, method-assign]
