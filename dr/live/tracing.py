"""Tracers of drills, written by a program on a host that stands where citizens do."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from access.secrets import Secrets
from core.clock import Clock
from core.errors import Rejected
from dr.drills.record import DrillRecord
from dr.live.programs import LOOK, Programs
from dr.looks import if_seen
from dr.tracing import (
    StoreTrail,
    TracerParty,
    TracingMark,
    parties_text,
    read_shown,
    read_trails,
)
from inventory.names import HostName, StoreName
from inventory.network import Role

_PROGRAM: Final = "dr.onhost.trace_main"
_LONGEST: Final = timedelta(minutes=45)
"""of a drill with all that it waits for; later the program ends by itself"""
_ENDS: Final = timedelta(minutes=3)
"""until it waited for a store that does not answer, and read all back"""


@dataclass(slots=True)
class LiveTracing:
    """Keeps what ``dr.drills.scene.Scene`` promises of tracers."""

    programs: Programs
    secrets: Secrets
    clock: Clock
    _answers: dict[str, queue.SimpleQueue[Mapping[StoreName, StoreTrail]]] = field(
        default_factory=dict, init=False
    )
    """of the drills whose tracers we have written: one answer each, at the end"""

    def begin(self, record: DrillRecord) -> None:
        """Have tracers written until ``end``, or until this process is gone.

        Raises:
            Rejected: nobody could write them, and nothing was begun.
        """
        # asked again where the thread begins, and nobody would hear there that one is missing
        self._host(record)
        parties_text(self._parties(record))
        answers = self._answers[record.id] = queue.SimpleQueue()
        seconds = f"{_LONGEST.total_seconds():.0f}"

        def follow() -> None:
            trails = if_seen(lambda: self._trails(record, "write", _LONGEST + _ENDS, seconds))
            answers.put(trails or {})

        # whoever ends this process ends the connection by it, and the program by that
        threading.Thread(target=follow, name=f"tracers of {record.id}", daemon=True).start()

    def mark(self, record: DrillRecord) -> TracingMark:
        """Return how far it is.

        Raises:
            WorldError: nobody tells.
        """
        return self._shown(record, "now")

    def end(self, record: DrillRecord) -> Mapping[StoreName, StoreTrail]:
        """End it, and return what became of each store's; one of which nobody can say is absent.

        Where nobody can say, it may go on until its time is over, and what was written may stay.
        """
        if_seen(lambda: self._shown(record, "end"))
        trails = dict(self._told(record.id))
        if any(not trails.get(store, StoreTrail()).removed for store in record.stores):
            for store, again in (if_seen(lambda: self._removed(record)) or {}).items():
                known = trails.get(store, StoreTrail())
                trails[store] = replace(known, removed=again.removed)
        return trails

    def _told(self, drill: str) -> Mapping[StoreName, StoreTrail]:
        """Return what whom we had write tells at the end; nothing, where that was somebody else."""
        if answers := self._answers.pop(drill, None):
            with suppress(queue.Empty):
                return answers.get(timeout=_ENDS.total_seconds())
        return {}

    def _removed(self, record: DrillRecord) -> Mapping[StoreName, StoreTrail]:
        return self._trails(record, "remove", _ENDS)

    def _trails(
        self, record: DrillRecord, verb: str, bound: timedelta, *more: str
    ) -> Mapping[StoreName, StoreTrail]:
        return self.programs.answer(
            self._host(record),
            [_PROGRAM, verb, record.id, *more],
            read_trails,
            given=parties_text(self._parties(record)),
            expected='["STORE", {"present": …}]',
            bound=bound,
        )

    def _shown(self, record: DrillRecord, verb: str) -> TracingMark:
        began = self.clock.elapsed()
        words, host = [_PROGRAM, verb, record.id], self._host(record)
        shown, acknowledged = self.programs.answer(
            host, words, read_shown, expected='["PT…S", {"STORE": …}]', bound=2 * LOOK
        )
        within = (self.clock.elapsed() - began) / 2
        return TracingMark(shown, began + within, within, acknowledged)

    def _host(self, record: DrillRecord) -> HostName:
        """Return who writes: the first of those that stand where citizens do, and stay."""
        probes = [one.name for one in self.programs.network.hosts_with(Role.PROBE)]
        staying = [host for host in probes if host not in record.hosts]
        if not staying:
            raise Rejected(
                "nobody is left who could write where citizens do",
                expected="a host with the role probe that the drill does not take",
                actual=", ".join(probes) or "none",
                next_step="choose another drill: ndc drill list",
            )
        return staying[0]

    def _parties(self, record: DrillRecord) -> Iterator[TracerParty]:
        """Yield who owns each of its stores, and by what they prove it."""
        for name in record.stores:
            store = self.programs.network.store(name)
            own = self.secrets.party_certificate(store.owner)
            proof = (self.secrets.read(own.certificate), self.secrets.read(own.key))
            yield TracerParty(name, str(store.address), *proof)
