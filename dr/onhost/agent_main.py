"""``python -m dr.onhost.agent_main HOST_FILE``: announces services where their records place them.

It runs on every host that may serve, and makes a host that was off come back by itself.
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.this_host import ThisHost, this_host_of_arguments
from access.tls import OwnTls
from core.clock import Clock
from core.errors import NdcError
from core.system_clock import SystemClock
from dr.epochs import services_of
from dr.live.records import EtcdRecords
from dr.onhost.addresses import Loopback
from dr.onhost.agent import Agent
from dr.onhost.epoch_record import FOLDER, EpochRecord
from dr.onhost.guard import Guard
from inventory.endpoints import ETCD_CLIENT
from inventory.etcd import AGENT, password_name
from inventory.network import Host

EVERY = timedelta(seconds=5)
_KEPT = 12 * EVERY
"""a connection outlives the pause between two looks: a handshake costs more than a look"""
_log = logging.getLogger("ndc-agent")


def main() -> None:
    """Obey until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    clock = SystemClock()
    this_host = this_host_of_arguments("dr.onhost.agent_main")
    own = (this_host.authority, this_host.agent_certificate, this_host.agent_key)
    tls = http.own_tls(*own)
    _obey(_agent(this_host, tls, clock), tls, clock)


def _agent(this_host: ThisHost, tls: OwnTls, clock: Clock) -> Agent:
    network, host = this_host.network, this_host.host
    over = http.client(tls.context, kept=_KEPT)

    def farness(voter: Host) -> tuple[bool, bool]:
        return voter != host, voter.site != host.site

    voters = sorted((network.host(name) for name in network.voters), key=farness)
    roots = [f"https://{voter.loopback}:{ETCD_CLIENT}" for voter in voters]
    etcd = Etcd(
        over, roots, EtcdAuth(EtcdCredentials(AGENT, this_host.password(password_name(AGENT))))
    )
    guard = Guard(services_of(network, host.name), EpochRecord(FOLDER, clock), Loopback())
    return Agent(host.site, EtcdRecords(etcd, network), guard)


def _obey(agent: Agent, tls: OwnTls, clock: Clock) -> None:
    last_trouble = ""
    while True:
        tls.look()
        try:
            for sentence in agent.look():
                _log.info("%s", sentence)
            trouble = ""
        except NdcError as error:
            trouble = f"everything stays as it is: {error.what}: {error.actual}"
        if trouble != last_trouble:
            _log.info("%s", trouble or "the records can be read again")
            last_trouble = trouble
        clock.sleep(EVERY)


if __name__ == "__main__":
    main()
