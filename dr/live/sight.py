"""What hosts see of each other and of themselves, asked there by our program, or told in etcd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from access.clients.etcd import Etcd
from core.errors import NotSeen
from dr.live.programs import LOOK, Programs, looking
from dr.watch.lookout import read_sight_words
from dr.watch.sight import Whereabouts, read_age, read_sight
from inventory.endpoints import NODE_EXPORTER
from inventory.etcd import sight_words
from inventory.names import HostName
from inventory.network import Network

_PROGRAM: Final = "dr.onhost.sight_main"


@dataclass(frozen=True, slots=True)
class Sight:
    """Of every host of ``network``; keeps the promise of ``dr.doors.SightDoor``."""

    network: Network
    programs: Programs
    etcd: Etcd
    """where observers say what they see"""

    def answering(self, observer: HostName, hosts: Sequence[HostName]) -> frozenset[HostName]:
        """Return those of ``hosts`` that answer ``observer`` now.

        Any host may be looked at: node_exporter runs on all of them. ``observer`` looks at
        itself as well; when it does not even see itself, its eyes are bad and not the others.
        """
        looked_at = (observer, *hosts)
        places = [
            Whereabouts.of(self.network.host(host)).word() for host in dict.fromkeys(looked_at)
        ]
        own = str(self.network.host(observer).loopback)
        with looking():
            answering = self.programs.answer(
                observer,
                [_PROGRAM, "sees", own, str(NODE_EXPORTER), *places],
                lambda text: read_sight(text, looked_at),
                expected='{"answering": …}',
                bound=2 * LOOK,
            )
        if observer not in answering:
            raise NotSeen(
                f"{observer} does not see itself, so what it sees of others tells nothing",
                refused=True,
                expected=f"an answer of its own node_exporter at {own}:{NODE_EXPORTER}",
                actual="none",
                next_step=f"ndc ssh {observer} -- systemctl status prometheus-node-exporter",
            )
        return answering.intersection(hosts)

    def up_for(self, host: HostName) -> timedelta:
        """Return how long the first process of ``host`` runs."""
        with looking():
            return self.programs.answer(
                host, [_PROGRAM, "up"], read_age, expected='{"up_seconds": …}', bound=LOOK
            )

    def steady(self) -> Mapping[HostName, Mapping[HostName, timedelta]]:
        """Return of each observer who answers it without a break, and for how long at least."""
        prefix = sight_words(self.network.environment)
        pairs = [(pair.key, pair.value) for pair in self.etcd.under(prefix)]
        words = read_sight_words(prefix, pairs)
        return {observer: word.steady for observer, word in words.items()}
