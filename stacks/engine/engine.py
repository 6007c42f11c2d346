"""The engine of one environment: preview, up, drift, destroy, over all stacks at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias, assert_never

from core.clock import Clock
from core.errors import Unreachable, WorldError
from inventory.network import Network
from stacks.changes import Change, Drift
from stacks.engine.children import Children
from stacks.engine.outcome import Failure, StackOutcome, raise_together
from stacks.engine.record import begin_backend, read_record, settle_locks, stacks_on_record
from stacks.engine.settings import EngineSettings
from stacks.engine.wire import (
    Changed,
    Drifted,
    Failed,
    Finished,
    Item,
    Job,
    Progress,
    Said,
    Verb,
    items_of,
)
from stacks.programs.declared import Seeds, declared_stacks
from stacks.provider.failures import failure_from_json

OnProgress: TypeAlias = Callable[[Progress], None]
"""is called in the caller's thread"""

_HANGS: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class _Task:
    verb: Verb
    stack: str
    items: list[Item]


@dataclass(slots=True)
class _Answer:
    """The messages of the processes, sorted by kind, each kind in the order of arrival."""

    on_progress: OnProgress
    changes: list[Change] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def hear(self, stack: str, message: Said) -> None:
        match message:
            case Progress():
                self.on_progress(message)
            case Changed(change):
                self.changes.append(change)
            case Drifted(drift):
                self.drifts.append(drift)
            case Failed(subject, failure):
                self.fail(Failure(stack, subject, failure_from_json(failure)))
            case Finished():
                pass
            case _:
                assert_never(message)

    def fail(self, failure: Failure) -> None:
        self.failures.append(failure)


class StackEngine:
    """Makes what a network declares exist, and tells how the live things differ.

    A stack that fails does not stop the others. Any verb may be run again after any
    interruption: it looks at the live things before it acts. One run of an environment
    at a time changes a stack; a second one waits for it, or is refused.
    """

    def __init__(self, settings: EngineSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def preview(
        self, network: Network, seeds: Seeds, on_progress: OnProgress = lambda _: None
    ) -> tuple[Change, ...]:
        """Return what ``up`` would change, seen from the live things.

        Raises:
            Rejected, Unreachable: some stack could not be previewed.
        """
        answer = self._run(self._tasks(network, seeds, "preview", "preview-destroy"), on_progress)
        raise_together(tuple(answer.failures))
        return _sorted(answer.changes)

    def up(
        self, network: Network, seeds: Seeds, on_progress: OnProgress = lambda _: None
    ) -> StackOutcome:
        """Make everything that is declared exist, and nothing else.

        The stack of a site that is declared no more is destroyed.
        """
        answer = self._run(self._tasks(network, seeds, "up", "destroy"), on_progress)
        return StackOutcome(_sorted(answer.changes), tuple(answer.failures))

    def drift(self, on_progress: OnProgress = lambda _: None) -> tuple[Drift, ...]:
        """Return how the live things differ from what was last applied.

        Raises:
            Rejected, Unreachable: some stack could not be looked at.
        """
        answer = self._run(self._all("drift"), on_progress)
        raise_together(tuple(answer.failures))
        return tuple(sorted(answer.drifts, key=lambda drift: (drift.object, drift.property)))

    def destroy(self, on_progress: OnProgress = lambda _: None) -> StackOutcome:
        """Remove everything that any stack holds, and the stacks."""
        answer = self._run(self._all("destroy"), on_progress)
        return StackOutcome(_sorted(answer.changes), tuple(answer.failures))

    def _tasks(
        self, network: Network, seeds: Seeds, verb: Verb, verb_of_others: Verb
    ) -> list[_Task]:
        """Return ``verb`` for each stack of ``network``, the other one for each other stack."""
        stacks = declared_stacks(network, seeds)
        names = {stack.name for stack in stacks}
        others = (name for name in stacks_on_record(self._settings.backend) if name not in names)
        return [
            *(_Task(verb, stack.name, items_of(stack)) for stack in stacks),
            *(_Task(verb_of_others, name, []) for name in others),
        ]

    def _all(self, verb: Verb) -> list[_Task]:
        return [_Task(verb, name, []) for name in stacks_on_record(self._settings.backend)]

    def _run(self, tasks: Sequence[_Task], on_progress: OnProgress) -> _Answer:
        answer = _Answer(on_progress)
        jobs = []
        for task in tasks:
            try:
                jobs.append(self._job(task))
            except WorldError as error:
                answer.fail(Failure(task.stack, "", error))
        variables = self._settings.variables()
        if jobs:
            begin_backend(self._settings, variables)
        if Children(variables, self._clock, _HANGS).run(jobs, answer.hear):
            answer.fail(Failure("", "", _interrupted()))
        return answer

    def _job(self, task: _Task) -> Job:
        folder = self._settings.prepare(task.stack)
        if task.verb in {"up", "destroy"}:  # those that only look take no lock, and heed none
            settle_locks(self._settings.backend, task.stack, self._clock)
        record = read_record(self._settings.backend, task.stack)
        return Job(
            verb=task.verb,
            stack=task.stack,
            items=task.items,
            cli=str(self._settings.cli),
            folder=str(folder),
            known=record.known,
            interrupted=record.interrupted,
        )


def _interrupted() -> Unreachable:
    return Unreachable(
        "the run was interrupted",
        expected="to go on to its end",
        actual="the engines finished what they had begun, and saved what they know",
        next_step="run the command again: it goes on where it stopped",
    )


def _sorted(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: (change.object, change.property)))
