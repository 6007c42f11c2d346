"""Our programs on hosts, run over SSH: one command, one bound, one answer that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from access.clients.ssh import connect
from access.host_access import Access
from core.errors import NotSeen, Rejected, Unreachable
from core.host_paths import PYTHON
from dr.hosts.leave import Permit, read_leave
from dr.logs.seam import Seam, read_seam
from inventory.names import DatabaseName, HostName
from inventory.network import Network

T = TypeVar("T")

STRANGE: Final = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""what reading an answer raises that is none: whoever holds a host has it say anything"""

_RELOAD: Final = timedelta(seconds=10)
"""for systemd to tell Patroni that its settings changed"""
LOOK: Final = timedelta(seconds=3)
"""a connection, and one answer of a program that is well"""


@contextmanager
def looking() -> Iterator[None]:
    """Let what cannot be asked inside be something that was not seen."""
    try:
        yield
    except (Rejected, Unreachable) as error:
        raise NotSeen(
            error.what,
            refused=isinstance(error, Rejected),
            expected=error.expected,
            actual=error.actual,
            next_step=error.next_step,
        ) from error


@dataclass(frozen=True, slots=True)
class Programs:
    """Those of every host of ``network``, by the key that ``access`` holds."""

    network: Network
    access: Access

    def seam(self, database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        """Return how the log of ``leader`` goes on at ``position`` of ``timeline``, by its disk.

        Raises:
            NotSeen: nothing tells.
        """
        words = ["dr.onhost.seam_main", database, str(timeline), str(position)]
        with looking():
            return self.answer(leader, words, read_seam, expected='{"holds": …}', bound=2 * LOOK)

    def tell(self, database: DatabaseName, host: HostName, permit: Permit) -> None:
        """Have ``host`` be told by ``permit`` about its copy of ``database``.

        Raises:
            Rejected: it was told otherwise since, or the program was never started.
            Unreachable: it may have been told.
        """
        words = ["dr.onhost.tags_main", database, permit.leave, str(permit.epoch), permit.run]
        refusal = self.answer(
            host, words, read_leave, expected='{"refused": null}', bound=_RELOAD + LOOK
        )
        if refusal is not None:
            raise Rejected(
                f"{host} is not told to {permit.leave} its copy of {database}",
                expected=f"an epoch and a run that are not over: {permit.epoch}, {permit.run}",
                actual=refusal,
                next_step="ndc dr runs shows who moved it since",
            )

    def answer(
        self,
        host: HostName,
        words: Sequence[str],
        read: Callable[[str], T],
        *,
        expected: str,
        bound: timedelta,
        given: str = "",
    ) -> T:
        """Return what a program says at ``host``, as ``read`` understands it.

        ``words`` are its module and what it is told; ``expected`` is what a person should have
        seen; ``bound`` is of the program, after the connection was made, which reads ``given``.

        Raises:
            Rejected: it was never started.
            Unreachable: it gave no answer that ``read`` understands; it may have run.
        """
        command = [str(PYTHON), "-I", "-m", *words]
        with connect(self.network.host(host), self.access, bound=LOOK) as connection:
            done = connection.run(command, input_text=given, bound=bound)
        try:
            return read(done.stdout)
        except STRANGE:
            raise Unreachable(
                f"{words[0]} on {host} did not say what it saw",
                expected=expected,
                actual=(done.stderr or done.stdout).strip()[-200:] or "nothing",
                next_step=f"ndc ssh {host} -- {' '.join(command)}",
            ) from None
