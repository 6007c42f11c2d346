"""Everything that is true in a rehearsal, and what is broken.

``World`` keeps the promises of ``Eye``, ``Actuator`` and ``Clock``. It goes on
while the runner is dead: what was sent arrives.
"""

from __future__ import annotations

import random
from collections import deque
from datetime import datetime, timedelta
from typing import assert_never

from core.errors import Rejected
from core.runs.ports import Answer, Completion, Token
from dr.actions import (
    Action,
    AnnounceService,
    ClaimWorkload,
    CompareLogs,
    MovePlacement,
    NarrowSync,
    ReleaseWorkload,
    SwitchDatabase,
    VerifyService,
    WithdrawService,
    WriteCanary,
)
from dr.facts import Facts, MemberFacts
from dr.placement import Claim, Placement
from dr.questions import Question
from dr.simulation.answers import answer
from dr.simulation.citizens import Citizens
from dr.simulation.database import SimulatedDatabase
from dr.simulation.faults import Fault, Trouble
from dr.simulation.timeline import Timeline
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network

_SETTLED = timedelta(seconds=20)
"""longer than any step looks before it sends again"""

_BLOCKED = timedelta(milliseconds=100)
"""a write that nothing acknowledges yet is tried again"""


class World:
    """One network with one service, its database, and citizens who write to it."""

    def __init__(self, network: Network, service: ServiceName, seed: int = 0) -> None:
        self.network = network
        self.service = network.service(service)
        self.timeline = Timeline()
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.database = SimulatedDatabase.healthy(
            network.database(self.service.database), self.timeline
        )
        home = [h for h in self.service.hosts if network.host(h).site == self.service.home]
        self.placements: list[Placement] = [Placement(self.service.home, 1, None)]
        """the record and, before it, every one that it replaced"""
        self.claim = Claim(None)
        self.announcing: set[HostName] = set(home)
        self.epochs: dict[HostName, int] = dict.fromkeys(self.service.hosts, 1)
        """the highest epoch that each host was told"""
        self.canaries: list[tuple[HostName, str]] = []
        self.effects: list[tuple[Token, Action]] = []
        """what changed the world, in order"""
        self.faults: list[Fault] = []
        self.dark: set[SiteName] = set()
        """sites that nobody can see into"""
        self.quorum = True
        self.citizens = Citizens(self)
        self._completions: deque[Completion] = deque()

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self.timeline.now()

    def elapsed(self) -> timedelta:
        """Return the simulated time since the beginning."""
        return self.timeline.elapsed()

    def sleep(self, duration: timedelta) -> None:
        """Let everything happen that is due within ``duration``."""
        self.timeline.sleep(duration)

    def begin(self, action: Action, token: Token, deadline: timedelta) -> None:
        """Send ``action``; it arrives as its fault, if it has one, lets it."""
        trouble = self._trouble(action)
        travel = timedelta(milliseconds=self.random.randint(5, 60))
        match trouble:
            case Trouble.LOST:
                return
            case Trouble.SLOW:
                travel += deadline
            case Trouble.LATE:
                travel += deadline + _SETTLED
            case Trouble.MUTE | Trouble.REFUSED | None:
                pass
        self.timeline.at(travel, lambda: self._arrive(action, token, trouble))

    def wait(self, bound: timedelta) -> Completion | None:
        """Return the next answer, or None after ``bound``."""
        until = self.elapsed() + bound
        while not self._completions and self.timeline.next_before(until):
            pass
        return self._completions.popleft() if self._completions else None

    def ask(self, question: Question) -> bool | None:
        """Answer ``question`` from what is true, if it can be seen."""
        return answer(self, question)

    def observe(self, service: ServiceName) -> Facts:
        """Return what can be seen about ``service``, the only one of this world."""
        sites = frozenset(site.name for site in self.network.sites) - self.dark
        seen = [h for h in self.service.hosts if self.sees(h) and service == self.service.name]
        return Facts(
            at=self.now(),
            placement=self.placements[-1] if self.quorum else None,
            claim=self.claim if self.quorum else None,
            members=self._members(),
            synchronous=frozenset(self.database.synchronous) if self.database.leader else None,
            reachable=sites,
            answering=frozenset(seen) if self.database.leader else frozenset(),
        )

    def sees(self, host: HostName) -> bool:
        """Whether ``host`` can be seen."""
        return self.network.host(host).site not in self.dark

    def _members(self) -> dict[HostName, MemberFacts]:
        database = self.database
        return {
            host: MemberFacts(
                leads=host == database.leader,
                streams=host != database.leader,
                lag_bytes=100_000 * database.missing.get(host, 0),
            )
            for host in sorted(database.alive)
            if self.sees(host)
        }

    def _trouble(self, action: Action) -> Trouble | None:
        for fault in self.faults:
            if fault.kind == action.kind and fault.times > 0:
                fault.times -= 1
                return fault.trouble
        return None

    def _arrive(self, action: Action, token: Token, trouble: Trouble | None) -> None:
        if isinstance(action, WriteCanary) and not self.database.acknowledges:
            self.timeline.at(_BLOCKED, lambda: self._arrive(action, token, trouble))
            return
        completion = self._outcome(action, token, refused=trouble is Trouble.REFUSED)
        if trouble is not Trouble.MUTE:
            back = timedelta(milliseconds=self.random.randint(5, 60))
            self.timeline.at(back, lambda: self._completions.append(completion))

    def _outcome(self, action: Action, token: Token, *, refused: bool) -> Completion:
        if refused:
            return Completion(token, Answer.NO, f"simulated refusal of {action.kind}")
        try:
            if self._apply(action):
                self.effects.append((token, action))
        except Rejected as error:
            return Completion(token, Answer.NO, error.what)
        return Completion(token, Answer.YES)

    def _apply(self, action: Action) -> bool:  # noqa: C901 - one line a verb
        """Make ``action`` true; tell whether anything changed."""
        match action:
            case ClaimWorkload(_, run, number):
                changed = self._claim(self.claim.taken(run, number))
            case ReleaseWorkload(_, run):
                changed = self._claim(self.claim.released(run))
            case NarrowSync(_, candidate):
                changed = self.database.narrow(candidate)
            case SwitchDatabase():
                changed = self._switch(action)
            case WriteCanary(_, host, key):
                changed = self._write_canary(host, key)
            case MovePlacement():
                changed = self._move(action)
            case AnnounceService(_, host, epoch) | WithdrawService(_, host, epoch):
                changed = self.route(host, epoch, wanted=isinstance(action, AnnounceService))
            case CompareLogs(_, leader, candidate):
                self._compare(leader, candidate)
                changed = False
            case VerifyService():
                changed = False
            case _:
                assert_never(action)
        return changed

    def _claim(self, claim: Claim | None) -> bool:
        if claim is None:
            raise Rejected(f"it may not be taken: {self.claim}")
        changed, self.claim = self.claim != claim, claim
        return changed

    def _switch(self, action: SwitchDatabase) -> bool:
        if self.claim.run != action.run:
            raise Rejected(f"{action.run} does not hold {action.service}")
        return self.database.switch(action.leader, action.candidate)

    def _compare(self, leader: HostName, candidate: HostName) -> None:
        if self.database.has_all(candidate, leader) is False:
            raise Rejected(f"{leader} wrote what {candidate} does not have")

    def _move(self, action: MovePlacement) -> bool:
        new = Placement(action.target, action.epoch, action.run)
        old = self.placements[-1]
        if old == new:
            return False
        if (old.site, old.epoch + 1) != (action.source, action.epoch):
            raise Rejected(f"the record is another: {old}")
        self.placements.append(new)
        return True

    def route(self, host: HostName, epoch: int, *, wanted: bool) -> bool:
        """Have ``host`` announce the service or not; tell whether that changed anything.

        Raises:
            Rejected: it was asked under a higher epoch; nothing changed.
        """
        if epoch < self.epochs[host]:
            raise Rejected(f"epoch {epoch} is older than {self.epochs[host]}")
        self.epochs[host] = epoch
        changed = wanted is not (host in self.announcing)
        (self.announcing.add if wanted else self.announcing.discard)(host)
        self.citizens.note_route()
        return changed

    def boot(self, host: HostName, *, new_disk: bool = False) -> None:
        """Let ``host`` lose its power and come back: it announces nothing."""
        self.announcing.discard(host)
        if new_disk:
            self.epochs[host] = 0

    def _write_canary(self, host: HostName, key: str) -> bool:
        if (host, key) in self.canaries:
            return False
        self.database.insert(key)
        self.canaries.append((host, key))
        return True
