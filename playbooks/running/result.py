"""What a play did, folded from the events that it told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.errors import Rejected, Unreachable
from inventory.names import HostName
from playbooks.running.wire import Told
from playbooks.waves import Left


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks ended how on one host."""

    ok: int = 0
    changed: int = 0
    """of those that are ok"""
    failed: int = 0
    unreachable: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
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
    """What came of a play; with ``check``, what would come of it."""

    hosts: Mapping[HostName, Counts] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    changes: tuple[HostChange, ...] = ()
    left: Mapping[HostName, Left] = field(default_factory=dict)
    """what waits for a wave"""

    def with_told(self, told: Told) -> PlayResult:
        """Return the result with one more event in it."""
        host = HostName(told.host)
        counts = self.hosts.get(host, Counts())
        match told.event:
            case "runner_on_ok":
                counts = replace(counts, ok=counts.ok + 1, changed=counts.changed + told.changed)
            case "runner_on_failed":
                counts = replace(counts, failed=counts.failed + 1)
            case "runner_on_unreachable":
                counts = replace(counts, unreachable=counts.unreachable + 1)
            case _:
                return self
        return PlayResult(
            hosts={**self.hosts, host: counts},
            failures=(*self.failures, *_failures(told)),
            changes=(*self.changes, *_changes(told)),
            left={**self.left, **_left(told)},
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


def _failures(told: Told) -> Iterator[Failure]:
    if told.event != "runner_on_ok":
        silent = told.event == "runner_on_unreachable"
        yield Failure(HostName(told.host), told.task, told.message, unreachable=silent)


def _left(told: Told) -> dict[HostName, Left]:
    return {HostName(told.host): Left(told.by_wave, told.unfinished)} if told.by_wave else {}


def _changes(told: Told) -> Iterator[HostChange]:
    for one in told.diff:
        yield HostChange(HostName(told.host), one.after_header, one.before, one.after)
