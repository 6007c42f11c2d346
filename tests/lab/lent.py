"""Where addresses of services and stores are, as the kernels of hosts tell of each change."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Final

from core.clock import wait_until
from inventory.storage import Store
from lab.names import Names
from ndc.wiring.environment import opened
from ndc.wiring.running_network import running
from tests.lab.recovery import CLOCK
from tests.lab.terminal import Terminal

_CHANGE: Final = re.compile(r"(Deleted )?\d+: lo +inet (\S+)/32 ")


@dataclass(frozen=True, slots=True)
class HeardChange:
    """What a kernel told of an address."""

    at: timedelta
    host: str
    there: bool
    """it is, from then on, or was renewed; otherwise it went"""


@dataclass(slots=True)
class HeardAddress:
    """Of one address."""

    address: str
    changes: list[HeardChange] = field(default_factory=list)
    """in the order in which they were heard"""

    def holders(self) -> set[str]:
        """Return the hosts that have it now."""
        last = {change.host: change.there for change in self.changes}
        return {host for host, there in last.items() if there}

    def awaited(self, *hosts: str, bound: timedelta) -> timedelta:
        """Return how long it took until exactly ``hosts`` have it."""
        began = CLOCK.elapsed()
        wait_until(
            CLOCK,
            lambda: self.holders() == {*hosts},
            what=f"{self.address} at {', '.join(hosts) or 'no host'}",
            bound=bound,
        )
        return CLOCK.elapsed() - began

    def most_at_once(self) -> int:
        """Return at how many hosts it was at any one time, at most."""
        most, now = 0, set[str]()
        for change in self.changes:
            (now.add if change.there else now.discard)(change.host)
            most = max(most, len(now))
        return most

    def went(self) -> int:
        """Return how often a host lost it."""
        return sum(not change.there for change in self.changes)

    def longest_pause(self) -> timedelta | None:
        """Return the longest time between two words that it is there; None: fewer were heard."""
        said = [change.at for change in self.changes if change.there]
        return max((after - before for before, after in pairwise(said)), default=None)


@contextmanager
def listened(lab: Terminal, address: str, hosts: Iterable[str]) -> Iterator[HeardAddress]:
    """Yield where ``address`` is among ``hosts``, as it changes while the block runs."""
    names = Names(opened(lab.environment).description.number)
    heard = HeardAddress(address)
    with ExitStack() as stack:
        for host in hosts:
            stack.enter_context(_listening(heard, host, names.namespace(host)))
        yield heard


@contextmanager
def _listening(heard: HeardAddress, host: str, namespace: str) -> Iterator[None]:
    ip = ["ip", "-n", namespace, "-oneline"]
    words = [*ip, "monitor", "address"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as monitor:
        assert monitor.stdout
        shown = subprocess.run(
            [*ip, "address", "show", "lo"], stdout=subprocess.PIPE, text=True, check=True
        )
        _hear(heard, host, shown.stdout.splitlines())
        thread = threading.Thread(target=_hear, args=(heard, host, monitor.stdout))
        thread.start()
        try:
            yield
            assert monitor.poll() is None, f"nobody listens at {host} any more"
        finally:
            monitor.terminate()
            thread.join()


def _hear(heard: HeardAddress, host: str, lines: Iterable[str]) -> None:
    for line in lines:
        found = _CHANGE.search(line)
        if found and found[2] == heard.address:
            heard.changes.append(HeardChange(CLOCK.elapsed(), host, there=found[1] is None))


@dataclass(frozen=True, slots=True)
class WrittenStore:
    """A store, and who writes it."""

    store: Store
    source: str

    @classmethod
    def seen(cls, lab: Terminal) -> WrittenStore:
        """Return the first store of the network, once all is green."""
        status = lab.ndc("status", "--wait", "--json", bound_seconds=300)
        assert status.code == 0, status.stdout
        network = running(opened(lab.environment), print)
        store = network.stores[0]
        seen = next(one for one in status.value["stores"] if one["name"] == store.name)
        return cls(store, seen["source"])

    @contextmanager
    def listened(self, lab: Terminal) -> Iterator[HeardAddress]:
        """Yield where its address is, which is at its source."""
        with listened(lab, str(self.store.address), self.store.hosts) as address:
            assert address.holders() == {self.source}
            yield address
