"""Recovery's hands in a running network: one worker an attempt, each call with its deadline.

A worker cannot be killed, so every effect is fenced at its target: etcd compares
before it swaps, Patroni is told leader and candidate, hosts refuse older epochs,
a canary has its key. What arrives late changes nothing that it may not change.
"""

from __future__ import annotations

import queue
import threading
from datetime import timedelta
from typing import assert_never

from access.clients import patroni
from core.errors import Rejected, Unreachable
from core.runs.plan import RunName
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
from dr.epochs import Act
from dr.live.reach import Reach
from dr.log_end import written
from dr.placement import Placement
from inventory.names import ServiceName


class LiveActuator:
    """Performs recovery's actions through direct calls alone."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._completions: queue.SimpleQueue[Completion] = queue.SimpleQueue()

    def begin(self, action: Action, token: Token, deadline: timedelta) -> None:
        """Send ``action`` on its way and return at once."""
        worker = threading.Thread(
            target=self._attempt, args=(action, token, deadline), name=str(token), daemon=True
        )
        worker.start()

    def wait(self, bound: timedelta) -> Completion | None:
        """Return the next attempt that ended, or None after ``bound``."""
        try:
            return self._completions.get(timeout=bound.total_seconds())
        except queue.Empty:
            return None

    def _attempt(self, action: Action, token: Token, deadline: timedelta) -> None:
        # whatever else ends a worker ends it without an answer: the step will be in doubt
        try:
            self._perform(action, token, deadline)
            completion = Completion(token, Answer.YES)
        except Rejected as error:
            completion = Completion(token, Answer.NO, _told(error))
        except Unreachable as error:
            completion = Completion(token, Answer.NONE, _told(error))
        self._completions.put(completion)

    def _perform(  # noqa: C901 - one line a verb
        self, action: Action, token: Token, deadline: timedelta
    ) -> None:
        match action:
            case ClaimWorkload(service, run, number):
                self._reach.placements.take(service, run, number)
            case ReleaseWorkload(service, run):
                self._reach.placements.release(service, run)
            case MovePlacement():
                self._move(action)
            case NarrowSync() | SwitchDatabase():
                self._change_database(action)
            case WriteCanary(service, host, key):
                self._reach.write_canary(service, host, key, deadline / 2)
            case AnnounceService(service, host):
                self._reach.route(Act.ANNOUNCE, service, host, token)
            case WithdrawService(service, host):
                self._reach.route(Act.WITHDRAW, service, host, token)
            case CompareLogs():
                self._compare(action)
            case VerifyService():
                """Its conditions are looked at until they hold; there is nothing to do."""
            case _:
                assert_never(action)

    def _move(self, action: MovePlacement) -> None:
        old = self._reach.placements.placement(action.service)
        new = Placement(action.target, action.epoch, action.run)
        if old == new:
            return
        if old is None or (old.site, old.epoch + 1) != (action.source, action.epoch):
            raise Rejected(
                f"the placement of {action.service} is not what was planned on",
                expected=f"{action.source}, epoch {action.epoch - 1}",
                actual=f"{old.site}, epoch {old.epoch}" if old else "no record",
                next_step=f"ndc dr plan {action.service} --to {action.target}",
            )
        self._reach.placements.swap(action.service, old, new)

    def _compare(self, action: CompareLogs) -> None:
        """Refuse what is known to be incomplete; what cannot be told is no refusal."""
        leader, candidate = action.leader, action.candidate
        try:
            seen = self._reach.succession(action.database, candidate, leader)
        except Rejected as error:
            raise Unreachable(error.what, actual=error.actual) from error
        if seen is not None and not seen.complete:
            raise Rejected(
                f"{leader} wrote what {candidate} does not have",
                expected=f"nothing on timeline {seen.end.timeline} after {written(seen.fork)}",
                actual=f"its last record lies at {written(seen.end.location)}",
                next_step=f"keep the disk of {leader} as it is, and count what is lost there",
            )

    def _demand_claim(self, service: ServiceName, run: RunName) -> None:
        holder = self._reach.placements.claim(service).run
        if holder != run:
            raise Rejected(
                f"{run} no longer holds {service}",
                expected=run,
                actual=holder or "nobody holds it",
                next_step="ndc dr runs shows who moved it since",
            )

    def _change_database(self, action: NarrowSync | SwitchDatabase) -> None:
        match action:
            case SwitchDatabase(database, leader, candidate, service, run):
                self._demand_claim(service, run)
                root = self._reach.patroni(database, leader)
                patroni.switch(self._reach.rest, root, leader=leader, candidate=candidate)
            case NarrowSync(database, candidate):
                told = self._reach.members(database)
                waited_for = {member.name for member in told if member.synchronous}
                if waited_for != {candidate}:
                    raise Rejected(
                        f"commits of {database} wait for others than {candidate}",
                        expected=candidate,
                        actual=", ".join(sorted(waited_for)) or "nobody",
                        next_step="ndc status shows the replicas; plan again when it is in step",
                    )
            case _:
                assert_never(action)


def _told(error: Rejected | Unreachable) -> str:
    return f"{error.what}: {error.actual}" if error.actual else error.what
