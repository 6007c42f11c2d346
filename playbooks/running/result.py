"""What a play did: a fold over the lines that its process prints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.errors import Rejected, Unreachable
from inventory.names import HostName
from playbooks.running.wire import ChildLine
from playbooks.waves import Left


@dataclass(frozen=True, slots=True)
class Counts:
    """How the tasks of one host ended: how many in each way."""

    ok: int = 0
    changed: int = 0
    """of those that are ok"""
    failed: int = 0
    unreachable: int = 0


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A task that did not succeed."""

    host: HostName
    task: str
    message: str
    unreachable: bool
    """True: the host did not answer, so the task may have been carried out"""


@dataclass(frozen=True, slots=True)
class HostChange:
    """One thing that a task made, or with ``check`` would make, different."""

    host: HostName
    thing: str
    """a path, or ``unit NAME``"""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlayResult:
    """What came of a play; with ``check``, what would come of it.

    A host that no task reported on is absent from ``hosts``.
    """

    hosts: Mapping[HostName, Counts] = field(default_factory=dict)
    failures: tuple[TaskFailure, ...] = ()
    changes: tuple[HostChange, ...] = ()
    left: Mapping[HostName, Left] = field(default_factory=dict)
    """what waits for a wave"""

    def with_report(self, report: ChildLine) -> PlayResult:
        """Return the result with ``report`` in it; a line that is of no task adds nothing."""
        host = HostName(report.host)
        counts = self.hosts.get(host, Counts())
        match report.event:
            case "runner_on_ok":
                counts = replace(counts, ok=counts.ok + 1, changed=counts.changed + report.changed)
            case "runner_on_failed":
                counts = replace(counts, failed=counts.failed + 1)
            case "runner_on_unreachable":
                counts = replace(counts, unreachable=counts.unreachable + 1)
            case _:
                return self
        return PlayResult(
            hosts={**self.hosts, host: counts},
            failures=(*self.failures, *_failures(report)),
            changes=(*self.changes, *_changes(report)),
            left={**self.left, **_left(report)},
        )

    def demand_success(self, waiting: Collection[HostName] = ()) -> None:
        """Return if every task succeeded on every host; ``waiting`` were to come after them.

        Raises:
            Unreachable: a host did not answer: what was under way there may have happened.
            Rejected: a host said no.
        """
        if not self.failures:
            return
        silent = [failure for failure in self.failures if failure.unreachable]
        first = (silent or list(self.failures))[0]
        failed = list(dict.fromkeys(failure.host for failure in self.failures))
        untouched = [host for host in waiting if host not in self.hosts]
        refusal = Unreachable if silent else Rejected
        raise refusal(
            f"{', '.join(failed)} could not be made as declared; "
            f"done: {len(self.hosts) - len(failed)}"
            + (f", not begun: {len(untouched)}" if untouched else ""),
            expected=f'"{first.task}" succeeds',
            actual=f"{first.host}: {first.message.strip()}",
            next_step=f"ndc status tells about {first.host}; when it is mended, run the command "
            "again: it goes on where this one stopped",
        )


def _failures(report: ChildLine) -> Iterator[TaskFailure]:
    if report.event != "runner_on_ok":
        silent = report.event == "runner_on_unreachable"
        yield TaskFailure(HostName(report.host), report.task, report.message, unreachable=silent)


def _left(report: ChildLine) -> dict[HostName, Left]:
    left = Left(report.by_wave, report.unfinished)
    return {HostName(report.host): left} if left.stages else {}


def _changes(report: ChildLine) -> Iterator[HostChange]:
    for difference in report.diff:
        yield HostChange(
            HostName(report.host), difference.after_header, difference.before, difference.after
        )
