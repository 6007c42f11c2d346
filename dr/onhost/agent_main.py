"""``python -m dr.onhost.agent_main HOST_FILE``: announces services where their records place them.

It runs on every host that may serve, and makes a host that was off come back by itself.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.clients.etcd_changes import Changes
from access.this_host import ThisHost, this_host_of_arguments
from access.tls import OwnTls
from core import files, host_paths
from core.clock import Clock
from core.errors import NdcError, NotSeen
from core.system_clock import SystemClock
from dr.hosts.epochs import services_of
from dr.live.exclusions import EtcdExclusions
from dr.live.records import EtcdRecords
from dr.onhost.addresses import Loopback
from dr.onhost.agent import Agent
from dr.onhost.agent_word import word
from dr.onhost.announcers import EtcdAnnouncers
from dr.onhost.epoch_record import FOLDER, EpochRecord
from dr.onhost.fellowship import Fellowship
from dr.onhost.guard import Guard, Lending
from dr.onhost.local_check import HttpsCheck
from dr.onhost.store_places import StoreRecords
from inventory.endpoints import leader_port
from inventory.etcd import agent_account, password_name, placements, roots_near
from inventory.names import ServiceName
from storage.orders import StorePlaces

_KEPT = timedelta(minutes=1)
"""a connection outlives the pause between two looks: a handshake costs more than a look"""
_LEAST = timedelta(milliseconds=250)
"""between two looks, however often a record changes"""
_log = logging.getLogger("ndc-agent")


def main() -> None:
    """Obey until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    clock = SystemClock()
    this_host = this_host_of_arguments("dr.onhost.agent_main")
    own = (this_host.authority, this_host.agent_certificate, this_host.agent_key)
    try:
        tls = http.own_tls(*own)
        agent, changes = _agent(this_host, tls, clock)
    except NdcError as error:
        sys.exit("\n".join(error.lines()))
    with changes.listening():
        _obey(agent, changes, tls, clock, Path(host_paths.AGENT_WORD))


def _agent(this_host: ThisHost, tls: OwnTls, clock: Clock) -> tuple[Agent, Changes]:
    network, host = this_host.network, this_host.host
    over = http.client(tls.context, kept=_KEPT)
    roots = roots_near(network, host)
    account = agent_account(host.name)
    password = this_host.password(password_name(account))
    auth = EtcdAuth(EtcdCredentials(account, password))
    etcd = Etcd(over, roots, auth)
    records = EtcdRecords(etcd, network)
    stores = tuple(one.name for one in network.stores_on(host.name))
    record, loopback = EpochRecord(FOLDER, clock), Loopback(clock)
    lending = Lending(frozenset(map(str, stores)), loopback)
    guard = Guard(services_of(network, host.name), record, loopback, lending=lending)
    exclusions = EtcdExclusions(records)

    def is_excluded() -> bool:
        return host.name in exclusions.excluded()

    served = network.services_on(host.name)
    ways = {str(one.name): leader_port(network.database(one.database).port) for one in served}
    check = HttpsCheck(this_host.authority, ways=ways, disk=FOLDER)
    announcers = EtcdAnnouncers(etcd, records, host.name)
    shared = frozenset(one.name for one in served if network.fellows(one.name, host.name))
    fellowship = Fellowship(host.name, shared, announcers, clock)
    of_stores = StoreRecords(stores, StorePlaces(Path(host_paths.STORE_PLACES)))
    agent = Agent(host.site, records, guard, check, fellowship, is_excluded, of_stores.tell)
    return agent, Changes(over, roots, auth, placements(network.environment))


def _obey(agent: Agent, changes: Changes, tls: OwnTls, clock: Clock, place: Path) -> None:
    last: Mapping[str, str] = {}
    while True:
        tls.look()
        trouble = look_once(agent, clock, place)
        for what in last.keys() - trouble.keys():
            _log.info("%s: well again", what)
        for what, why in trouble.items():
            if last.get(what) != why:
                _log.warning("%s: %s", what, why)
        last = trouble
        clock.sleep(_LEAST)
        changes.within(agent.fellowship.pause - _LEAST)


def look_once(agent: Agent, clock: Clock, place: Path) -> dict[str, str]:
    """Obey once, and write to ``place`` how it went; return what is wrong: of what, and why."""
    trouble: dict[str, str] = {}
    ill: Mapping[ServiceName, str] = {}
    refused = False
    try:
        for sentence in agent.look():
            _log.info("%s", sentence)
    except NdcError as error:
        refused = isinstance(error, NotSeen) and error.refused
        trouble["the records"] = f"everything stays as it is: {error.what}: {error.actual}"
    out = agent.fellowship.out
    try:
        ill = agent.ill()
        serves = {str(name): not why for name, why in ill.items()}
        files.write(place, word(clock.now(), refused=refused, serves=serves, out=out))
    except NdcError as error:
        trouble["its word"] = f"{error.what}: {error.actual}"
    for name, why in ill.items():
        if why:
            trouble[name] = f"nobody is served here, and it stays announced: {why}"
    for name, why in out.items():
        trouble[name] = f"nobody would be served here, and a fellow announces it: {why}"
    return trouble


if __name__ == "__main__":
    main()
