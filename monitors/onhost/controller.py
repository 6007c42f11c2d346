"""``python -m monitors.onhost.controller HOST_FILE``: watches all hosts from this monitor.

It runs on every monitor, which the others' firewalls admit to what is looked at.
"""

from __future__ import annotations

import asyncio
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
from dr.onhost.sight_main import Observer, tls_of
from dr.sight import Whereabouts
from dr.watching import EVERY
from inventory.endpoints import ETCD_CLIENT, NODE_EXPORTER
from inventory.etcd import controller_account, password_name
from inventory.names import HostName
from inventory.network import Host
from monitors.onhost.controllers_look import Controller
from monitors.onhost.controllers_words import EtcdWatch

_KEPT = timedelta(minutes=1)
"""a connection outlives the pause between two looks: a handshake costs more than a look"""
_log = logging.getLogger("ndc-controller")


def main() -> None:
    """Watch until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    clock = SystemClock()
    this_host = this_host_of_arguments("monitors.onhost.controller")
    try:
        tls = http.own_tls(
            this_host.authority, this_host.controller_certificate, this_host.controller_key
        )
        watch = _watch(this_host, tls)
    except NdcError as error:
        sys.exit("\n".join(error.lines()))
    with asyncio.Runner() as runner:
        sight = Sighter(this_host, tls, runner)
        _look(Controller(watch, sight.answering, clock), clock)


def _watch(this_host: ThisHost, tls: OwnTls) -> EtcdWatch:
    network, host = this_host.network, this_host.host

    def farness(voter: Host) -> tuple[bool, bool]:
        return voter != host, voter.site != host.site

    voters = sorted((network.host(name) for name in network.voters), key=farness)
    roots = [f"https://{voter.loopback}:{ETCD_CLIENT}" for voter in voters]
    account = controller_account(host.name)
    credentials = EtcdCredentials(account, this_host.password(password_name(account)))
    etcd = Etcd(http.client(tls.context, kept=_KEPT), roots, EtcdAuth(credentials))
    return EtcdWatch(etcd, network, host.name)


class Sighter:
    """Looks from ``this_host`` at every host, itself among them; follows the files of ``own``."""

    def __init__(self, this_host: ThisHost, own: OwnTls, runner: asyncio.Runner) -> None:
        self._own, self._runner = own, runner
        self._address = this_host.host.loopback
        self._places = [Whereabouts.of(host) for host in this_host.network.hosts]
        self._tls = tls_of(own.authority, own.certificate, own.key)

    def answering(self) -> frozenset[HostName]:
        """Return every host that answers now; OSError: this host cannot look."""
        own = self._own
        if own.look():
            self._tls = tls_of(own.authority, own.certificate, own.key)
        observer = Observer(self._address, NODE_EXPORTER, self._tls)
        return self._runner.run(observer.answering(self._places))


def _look(controller: Controller, clock: Clock) -> None:
    last = news = ""
    while True:
        began = clock.elapsed()
        trouble = ""
        try:
            for sentence in controller.look():
                if sentence != news:
                    _log.info("%s", sentence)
                news = sentence
        except NdcError as error:
            trouble = f"says nothing: {error.what}: {error.actual}"
        except OSError as error:
            trouble = f"cannot look: {error}"
        if trouble != last:
            _log.warning("%s", trouble or "well again")
        last = trouble
        clock.sleep(max(EVERY - (clock.elapsed() - began), EVERY / 4))


if __name__ == "__main__":
    main()
