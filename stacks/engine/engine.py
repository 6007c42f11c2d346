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
class _Heard:
    """What the processes said, in the order in which they said it."""

    on_progress: OnProgress
    changes: list[Change] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def hear(self, stack: str, said: Said) -> None:
        match said:
            case Progress():
                self.on_progress(said)
            case Changed(change):
                self.changes.append(change)
            case Drifted(drift):
                self.drifts.append(drift)
            case Failed(subject, failure):
                self.fail(Failure(stack, subject, failure_from_json(failure)))
            case Finished():
                pass
            case _:
                assert_never(said)

    def fail(self, failure: Failure) -> None:
        self.failures.append(failure)


class StackEngine:
    """Makes what a network declares exist, and says how it differs.

    A stack that fails does not stop the others. Any verb may be run again after any
    interruption: it looks at the live things before it acts.
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
        heard = self._run(self._tasks(network, seeds, "preview", "preview-destroy"), on_progress)
        raise_together(tuple(heard.failures))
        return _sorted(heard.changes)

    def up(
        self, network: Network, seeds: Seeds, on_progress: OnProgress = lambda _: None
    ) -> StackOutcome:
        """Make everything that is declared exist, and nothing else.

        The stack of a site that is declared no more is destroyed.
        """
        heard = self._run(self._tasks(network, seeds, "up", "destroy"), on_progress)
        return StackOutcome(_sorted(heard.changes), tuple(heard.failures))

    def drift(self, on_progress: OnProgress = lambda _: None) -> tuple[Drift, ...]:
        """Return how the live things differ from what was last applied.

        Raises:
            Rejected, Unreachable: some stack could not be looked at.
        """
        heard = self._run(self._all("drift"), on_progress)
        raise_together(tuple(heard.failures))
        return tuple(sorted(heard.drifts, key=lambda drift: (drift.object, drift.property)))

    def destroy(self, on_progress: OnProgress = lambda _: None) -> StackOutcome:
        """Remove everything that any stack holds, and the stacks."""
        heard = self._run(self._all("destroy"), on_progress)
        return StackOutcome(_sorted(heard.changes), tuple(heard.failures))

    def _tasks(self, network: Network, seeds: Seeds, wanted: Verb, unwanted: Verb) -> list[_Task]:
        declared = declared_stacks(network, seeds)
        names = {stack.name for stack in declared}
        left = (name for name in stacks_on_record(self._settings.backend) if name not in names)
        return [
            *(_Task(wanted, stack.name, items_of(stack)) for stack in declared),
            *(_Task(unwanted, name, []) for name in left),
        ]

    def _all(self, verb: Verb) -> list[_Task]:
        return [_Task(verb, name, []) for name in stacks_on_record(self._settings.backend)]

    def _run(self, tasks: Sequence[_Task], on_progress: OnProgress) -> _Heard:
        heard = _Heard(on_progress)
        jobs = []
        for task in tasks:
            try:
                jobs.append(self._job(task))
            except WorldError as error:
                heard.fail(Failure(task.stack, "", error))
        variables = self._settings.variables()
        if jobs:
            begin_backend(self._settings, variables)
        if Children(variables, self._clock, _HANGS).run(jobs, heard.hear):
            heard.fail(Failure("", "", _interrupted()))
        return heard

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
