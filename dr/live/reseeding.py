"""Makes a copy of a database anew: keeps what only it holds, has its Patroni clone the leader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import httpx

from access.clients import patroni
from access.secrets import Secrets
from core.clock import Clock, NotYet, wait_until
from core.errors import NotSeen
from dr.admission import Beside, read_beside
from dr.live.programs import Programs
from dr.logs.tail import Tail, read_tail
from dr.planning.reseed import CopyFacts, is_made, leader_for
from inventory.endpoints import patroni_port
from inventory.names import HostName
from inventory.network import Database, Network

WITHIN: Final = timedelta(minutes=30)
"""of one reseed; what is not done by then goes on, unwatched"""
_LOOK: Final = timedelta(seconds=10)
_KEEPING: Final = timedelta(minutes=5)
_EVERY: Final = timedelta(seconds=1)
_STOPPED: Final = timedelta(seconds=20)
"""a copy that is not seen to stop by then did so between two looks: Patroni begins at once"""


@dataclass(frozen=True, slots=True)
class Reseeding:
    """Of one copy of ``database``, the one on ``host``."""

    network: Network
    over: httpx.Client
    programs: Programs
    secrets: Secrets
    database: Database
    host: HostName

    def leader(self) -> HostName:
        """Return from whom it would be made; raises as ``leader_for``, and NotSeen."""
        return leader_for(self.database.name, self.host, self._copies())

    def is_of_one_history(self) -> bool:
        """Tell whether it leads, or receives the leader's log on the leader's timeline."""
        copies = self._copies()
        own, leading = copies.get(self.host), [one for one in copies.values() if one.leads]
        if own is None or len(leading) != 1:
            return False
        return own.leads or (own.streams and own.timeline == leading[0].timeline)

    def beside(self) -> Beside:
        """Return what its host says of this database beside the copy.

        Raises:
            Rejected, Unreachable: the host did not say.
        """
        words = ["dr.onhost.kept_main", self.host, self.database.name]
        expected = '{"kept": […], "rows": […], "apart": …}'
        return self.programs.answer(self.host, words, read_beside, expected=expected, bound=_LOOK)

    def keep(self, leader: HostName) -> Tail | None:
        """Return what only this copy may hold, kept if that was possible; None: nothing.

        Raises:
            Rejected, Unreachable: the host did not say.
            NotSeen: the leader does not say where its log left this copy's.
        """
        copies = self._copies()
        timeline = copies[leader].timeline if leader in copies else None
        forks = json.dumps(patroni.forks(self.over, self._root(leader)))
        words = ["dr.onhost.keep_main", self.host, self.database.name, str(timeline or 0), forks]
        return self.programs.answer(self.host, words, _tail, expected='{"tail": …}', bound=_KEEPING)

    def make(self, clock: Clock, progress: Callable[[str], None]) -> None:
        """Have the copy removed and made anew; return when it follows the leader.

        Each change of its state goes to ``progress``.

        Raises:
            Rejected: Patroni said no; the copy is as it was.
            Unreachable: it may have begun; or it did not end within half an hour, and goes on.
        """
        patroni.reinitialize(
            self.over,
            self._root(self.host),
            password=self.secrets.patroni_password(self.database.name),
        )
        began, states = clock.elapsed(), [""]

        def made() -> Literal[True] | NotYet:
            try:
                copies = self._copies()
            except NotSeen as error:
                return NotYet(error.what)
            copy = copies.get(self.host)
            state = copy.state if copy else "not known to Patroni"
            if state != states[-1]:
                states.append(state)
                progress(f"{self.host}: {state}")
            stopped = any(word != "streaming" for word in states[1:])
            late = clock.elapsed() - began > _STOPPED
            leader = next((one for one in copies.values() if one.leads), None)
            return is_made(copy, leader, stopped=stopped or late) or NotYet(f"it is {state}")

        what = f"a copy of {self.database.name} on {self.host}"
        wait_until(clock, made, what=what, bound=WITHIN, every=_EVERY)

    def _copies(self) -> Mapping[HostName, CopyFacts]:
        failure = NotSeen(f"{self.database.name} has no member to ask", refused=False)
        others = [m.host for m in self.database.members if m.host != self.host]
        for name in (*others, self.host):  # whoever is being made knows least
            try:
                members = patroni.cluster(self.over, self._root(name)).members
            except NotSeen as error:
                failure = error
                continue
            return {m.name: CopyFacts(m.leads, m.streams, m.timeline, m.state) for m in members}
        raise failure

    def _root(self, host: HostName) -> str:
        port = patroni_port(self.database.port)
        return f"https://{self.network.host(host).management.ip}:{port}"


def _tail(line: str) -> Tail | None:
    plain = json.loads(line)["tail"]
    return read_tail(json.dumps(plain), "what the host says") if plain is not None else None
