"""Puts a voter that lost its data back among the others: out, in as a learner, and promoted.

A learner receives everything and has no vote, so a new member that never comes endangers nobody.
Before each step it is looked where things stand, so whoever was interrupted types it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from access.clients.etcd import Etcd
from core.clock import Clock, NotYet, wait_until
from core.errors import PlanRefused, Rejected, Unreachable
from inventory.names import HostName

IN_STEP: Final = timedelta(seconds=60)
"""how long a learner may take to receive all that the others have"""

_HICCUP: Final = timedelta(seconds=5)
"""what is well as a rule may be unwell for so long: an election takes 2"""
_CHANGE: Final = timedelta(seconds=20)
"""how long a change of members may take: etcd wants its links up for 5 s before"""
_NOT_YET: Final = "in sync with leader"


@dataclass(frozen=True, slots=True)
class Seat:
    """A declared voter: its host, and where its fellows reach it."""

    host: HostName
    peer_url: str


class VoterHost(Protocol):
    """The host of the voter; each method makes one thing true, also the second time."""

    def clear(self) -> None:
        """Make etcd not run there, and hold nothing.

        Raises:
            Rejected, Unreachable: it may run still.
        """

    def join(self, members: Mapping[str, str]) -> None:
        """Make etcd run there as one of ``members``, names and addresses, who exist already.

        Raises:
            Rejected, Unreachable: it may run, or not.
        """


@dataclass(frozen=True, slots=True)
class _Member:
    number: str
    name: str
    peer_url: str
    learns: bool


@dataclass(frozen=True, slots=True)
class Replacement:
    """One voter to be replaced, and whom to ask and to tell."""

    quorum: Etcd
    """asks as root whoever answers, but not the voter itself"""
    seat: Seat
    host: VoterHost
    well: Callable[[], Mapping[HostName, bool]]
    """asks each declared voter whether it can read with a majority"""
    clock: Clock

    def carry_out(self) -> Iterator[str]:
        """Make the voter one of the others again; yield a sentence for each thing that was done.

        Nothing is done where it is well.

        Raises:
            PlanRefused: without it there is no majority; nothing was done.
            Rejected: etcd or the host said no; the same call goes on from there.
            Unreachable: some of it may be done; the same call goes on.
        """
        if self.well().get(self.seat.host):
            return
        member = self._member()
        self._demand_majority()
        if member is not None and not member.learns:
            self.host.clear()
            yield f"{self.seat.host}: what was left of its data is gone"
            self._change("member/remove", {"ID": member.number}, lambda: self._member() is None)
            yield f"{self.seat.host}: no longer a member"
            member = None
        if member is None:
            self.host.clear()
            learner = {"peerURLs": [self.seat.peer_url], "isLearner": True}
            self._change("member/add", learner, lambda: self._member() is not None)
            yield f"{self.seat.host}: a learner, without a vote"
        self.host.join(self._addresses())
        yield f"{self.seat.host}: started, and receives what the others have"
        self._promote()
        yield f"{self.seat.host}: a voter again"

    def _demand_majority(self) -> None:
        majority = sum(not member.learns for member in self._members()) // 2 + 1
        try:
            wait_until(
                self.clock,
                lambda: self._others() >= majority,
                what="the other voters",
                bound=_HICCUP,
            )
        except Unreachable as error:
            raise PlanRefused(
                f"{self.seat.host} cannot be replaced now",
                expected=f"{majority} other voters that are well",
                actual=str(self._others()),
                next_step="ndc status; bring the other voters back first",
            ) from error

    def _others(self) -> int:
        well = self.well()
        return sum(is_well for name, is_well in well.items() if name != self.seat.host)

    def _promote(self) -> None:
        def promoted() -> bool | NotYet:
            member = self._member()
            if member is None:
                raise Rejected(f"{self.seat.host} is no member any more", next_step="ndc status")
            if not member.learns:
                return True
            try:
                self._ask("member/promote", {"ID": member.number})
            except Unreachable as error:
                return NotYet(error.actual or error.what)
            except Rejected as error:
                if _NOT_YET not in (error.actual or ""):
                    raise
                return NotYet("not in step yet")
            return NotYet("etcd took it, and does not show it yet")

        wait_until(self.clock, promoted, what=f"{self.seat.host} to be in step", bound=IN_STEP)

    def _change(self, what: str, body: Mapping[str, Any], is_so: Callable[[], bool]) -> None:
        """Ask for a change until it is seen: without an answer it may have been made.

        Some seconds after another change etcd says that it is not ready for the next one.
        """

        def made() -> bool | NotYet:
            if is_so():
                return True
            try:
                self._ask(what, body)
            except Unreachable as error:
                return NotYet(error.actual or error.what)
            return NotYet("etcd took it, and does not show it yet")

        wait_until(self.clock, made, what=f"{what} of {self.seat.host}", bound=_CHANGE)

    def _addresses(self) -> dict[str, str]:
        others = {m.name: m.peer_url for m in self._members() if m.peer_url != self.seat.peer_url}
        others.pop("", None)  # of another one that was never started
        return {**others, self.seat.host: self.seat.peer_url}

    def _member(self) -> _Member | None:
        return next((m for m in self._members() if m.peer_url == self.seat.peer_url), None)

    def _members(self) -> list[_Member]:
        return [
            _Member(
                number=str(one["ID"]),
                name=one.get("name", ""),
                peer_url=one["peerURLs"][0],
                learns=bool(one.get("isLearner")),
            )
            for one in self._ask("member/list", {"linearizable": True})["members"]
        ]

    def _ask(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        # each of them may come twice: the list is read again before anything is concluded
        return self.quorum.ask(f"cluster/{what}", body, repeatable=what == "member/list")
