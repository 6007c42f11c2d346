"""``python -m ndc.daemons.agent HOST_FILE``: announces services where their records place them.

It runs on every host that may serve, and makes a host that was off come back by itself.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta

from inventory.endpoints import ETCD_CLIENT
from inventory.etcd import AGENT, password_name
from inventory.network import Host
from ndc.adapters.agent import Agent
from ndc.adapters.clock import SystemClock
from ndc.adapters.epoch.addresses import Loopback
from ndc.adapters.epoch.guard import Guard
from ndc.adapters.epoch.record import FOLDER, EpochRecord
from ndc.adapters.here import Here, here_of_arguments
from ndc.adapters.placement import EtcdPlacements
from ndc.clients import rest
from ndc.clients.epochs import services_of
from ndc.clients.etcd import Etcd
from ndc.clients.etcd_login import EtcdAuth, Login
from ndc.clients.json_get import mutual_tls
from ndc.kernel.clock import Clock
from ndc.kernel.errors import NdcError

EVERY = timedelta(seconds=5)
_KEPT = 12 * EVERY
"""a connection outlives the pause between two looks: a handshake costs more than a look"""
_log = logging.getLogger("ndc-agent")


def main() -> None:
    """Obey until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    clock = SystemClock()
    _obey(_agent(here_of_arguments("agent"), clock), clock)


def _agent(mine: Here, clock: Clock) -> Agent:
    network, host = mine.network, mine.host
    over = rest.client(mutual_tls(mine.authority, mine.certificate, mine.key), kept=_KEPT)

    def farness(voter: Host) -> tuple[bool, bool]:
        return voter != host, voter.site != host.site

    voters = sorted((network.host(name) for name in network.voters), key=farness)
    roots = [f"https://{voter.loopback}:{ETCD_CLIENT}" for voter in voters]
    etcd = Etcd(over, roots, EtcdAuth(Login(AGENT, mine.password(password_name(AGENT)))))
    guard = Guard(services_of(network, host.name), EpochRecord(FOLDER, clock), Loopback())
    return Agent(host.site, EtcdPlacements(etcd, network.environment), guard)


def _obey(agent: Agent, clock: Clock) -> None:
    told = ""
    while True:
        try:
            for sentence in agent.look():
                _log.info("%s", sentence)
            trouble = ""
        except NdcError as error:
            trouble = f"everything stays as it is: {error.what}: {error.actual}"
        if trouble != told:
            _log.info("%s", trouble or "the records can be read again")
            told = trouble
        clock.sleep(EVERY)


if __name__ == "__main__":
    main()
