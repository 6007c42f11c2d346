"""``python -m monitors.onhost.controller HOST_FILE``: watches all hosts from this monitor.

It runs on every monitor, which the others' firewalls admit to what is looked at. Within a region it
does by itself what the inventory lets it do about the dead.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from access.clients import http
from access.clients.etcd import Etcd
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.this_host import ThisHost, this_host_of_arguments
from access.tls import OwnTls
from core.clock import Clock
from core.errors import NdcError
from core.system_clock import SystemClock
from dr.live.deeds import Deeds
from dr.live.power import RedfishPower, power_systems
from dr.onhost.lines import Lines
from dr.onhost.sight_main import Observer, tls_of
from dr.watch.lookout import EVERY
from dr.watch.sight import Whereabouts
from inventory.endpoints import HTTPS, NODE_EXPORTER
from inventory.etcd import controller_account, password_name, roots_near
from inventory.names import HostName, ServiceName
from inventory.network import Service
from monitors.onhost.controllers_look import Controller
from monitors.onhost.controllers_power import PowerLooks
from monitors.onhost.controllers_watch import EVERY as OFTEN
from monitors.onhost.controllers_watch import Watchman
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
    # of the substrates the lab alone switches the power of its hosts
    power = RedfishPower(power_systems(this_host.network, "lab"), tls.context, clock)
    with asyncio.Runner() as runner:
        sight = Sighter(this_host, tls, runner)
        looks = PowerLooks(watch.host, power, clock)
        controller = Controller(watch, sight.answering, sight.served, looks, clock)
        deeds = Deeds(watch.etcd, watch.network)
        watchman = Watchman(watch.host, deeds, power, sight.at_once, clock)
        _look(watchman, controller, clock)


def _watch(this_host: ThisHost, tls: OwnTls) -> EtcdWatch:
    network, host = this_host.network, this_host.host
    account = controller_account(host.name)
    credentials = EtcdCredentials(account, this_host.password(password_name(account)))
    etcd = Etcd(
        http.client(tls.context, kept=_KEPT), roots_near(network, host), EtcdAuth(credentials)
    )
    return EtcdWatch(etcd, network, host.name)


class Sighter:
    """Looks from ``this_host`` at every host, itself among them; follows the files of ``own``."""

    def __init__(self, this_host: ThisHost, own: OwnTls, runner: asyncio.Runner) -> None:
        self._own, self._runner = own, runner
        self._address = this_host.host.loopback
        self._places = [Whereabouts.of(host) for host in this_host.network.hosts]
        self._prompt: frozenset[HostName] = frozenset()
        self._follow()

    def at_once(self) -> frozenset[HostName]:
        """Return every host that answers at once; OSError: this host cannot look."""
        if self._own.look():
            self._lines.end()
            self._follow()
        self._prompt = self._runner.run(self._lines.answering(self._places))
        return self._prompt

    def answering(self) -> frozenset[HostName]:
        """Return every host that answers: at the last look, or given time now; OSError as above."""
        others = [place for place in self._places if place.host not in self._prompt]
        return self._prompt | self._runner.run(self._observer(NODE_EXPORTER).answering(others))

    def served(self, services: Sequence[Service]) -> frozenset[ServiceName]:
        """Return which of ``services`` answer at their address; OSError: this host cannot look."""
        places = [Whereabouts(HostName(one.name), one.address) for one in services]
        names = self._runner.run(self._observer(HTTPS).answering(places))
        return frozenset(map(ServiceName, names))

    def _observer(self, port: int) -> Observer:
        return Observer(self._address, port, self._tls)

    def _follow(self) -> None:
        self._tls = tls_of(self._own.authority, self._own.certificate, self._own.key)
        self._lines = Lines(self._address, NODE_EXPORTER, self._tls)


def _look(watchman: Watchman, controller: Controller, clock: Clock) -> None:
    quick, whole = News(), News()
    due = clock.elapsed()
    while True:
        began = clock.elapsed()
        quick.of(watchman.look)
        if clock.elapsed() >= due:
            due = clock.elapsed() + EVERY
            whole.of(controller.look)
        clock.sleep(max(OFTEN - (clock.elapsed() - began), OFTEN / 4))


@dataclass(slots=True)
class News:
    """What was last logged of one thing that is done again and again: nothing is said twice."""

    news: str = ""
    trouble: str = ""

    def of(self, look: Callable[[], Iterator[str]]) -> None:
        """Do ``look``, and log what is new."""
        trouble = ""
        try:
            for sentence in look():
                if sentence != self.news:
                    _log.info("%s", sentence)
                self.news = sentence
        except NdcError as error:
            trouble = f"does nothing: {error.what}: {error.actual}"
        except OSError as error:
            trouble = f"cannot look: {error}"
        if trouble != self.trouble:
            _log.warning("%s", trouble or "well again")
        self.trouble = trouble


if __name__ == "__main__":
    main()
