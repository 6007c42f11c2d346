"""The routers of one environment: look, configure, hand over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from access.clients.ssh import connect
from access.host_access import Access
from core.closing import Closing
from core.errors import Rejected, Unreachable
from core.host_paths import HANDED_OVER
from inventory.names import HostName
from inventory.network import Network
from routing import answers
from routing.answers import BfdPeer, Route, Session
from routing.delta import delta, equal
from routing.health import RouterReading
from routing.routers.connection import open_router, translated
from routing.routers.driver import Frr
from routing.text import frr_text, session_passwords

T = TypeVar("T")


class Routers(Closing):
    """Routers by the name of their host. A connection is made when needed, and stays open.

    Threads may work on different routers at the same time; on one router they take turns.
    Every method raises Rejected if the router said no, Unreachable if it did not answer
    (the next call connects anew), NotSeen if an answer cannot be read.
    """

    def __init__(self, network: Network, access: Access, bgp_secret: str, log_folder: Path) -> None:
        """Keep what is needed to connect; no connection is made yet.

        ``access`` holds the control key and the pinned host keys. ``bgp_secret`` makes the
        passwords of every session; each router's log in ``log_folder`` hides them.
        """
        self.network = network
        self._access = access
        self._secret = bgp_secret
        self._log_folder = log_folder
        self._connections: dict[HostName, Frr] = {}
        self._turns = {host.name: threading.Lock() for host in network.hosts}

    def bgp_sessions(self, host: HostName) -> tuple[Session, ...]:
        """Return the router's sessions, sorted by address."""
        return answers.sessions(self._show(host, answers.SESSIONS))

    def bfd_peers(self, host: HostName) -> tuple[BfdPeer, ...]:
        """Return the neighbours that the router watches with BFD, sorted by address."""
        return answers.bfd_peers(self._show(host, answers.BFD_PEERS))

    def routes(self, host: HostName) -> tuple[Route, ...]:
        """Return the route that the host chose for each prefix, sorted by prefix."""
        return answers.routes(self._show(host, answers.ROUTES))

    def seen(self, host: HostName) -> RouterReading:
        """Return the router's sessions, BFD peers and routes."""
        return RouterReading(self.bgp_sessions(host), self.bfd_peers(host), self.routes(host))

    def running_config(self, host: HostName) -> str:
        """Return the configuration that runs; it holds the passwords of its sessions.

        Raises:
            Unreachable: a daemon does not run, so its part of the configuration is not known.
        """
        return self._on(host, Frr.running_config)

    def wanted_config(self, host: HostName) -> str:
        """Return the configuration that should run; it holds the passwords of its sessions."""
        return frr_text(self.network, host, self._secret)

    def pending(self, host: HostName) -> list[str]:
        """Return the commands that make the running configuration equal to the intent."""
        return delta(self.running_config(host), self.wanted_config(host))

    def converge(self, host: HostName) -> list[str]:
        """Make the router run what it should, and keep it; return the commands it took.

        Raises:
            Rejected: it still runs something else; what runs was not saved.
        """
        if commands := self.pending(host):
            self._on(host, lambda router: router.configure(commands))
            self._demand_equal(host)
            self._on(host, Frr.save_config)
        return commands

    def hand_over(self, host: HostName) -> None:
        """Take the router's text over from Ansible, if it runs exactly what it should.

        If the router was handed over before, nothing happens.

        Raises:
            Rejected: it runs something else; it still belongs to Ansible.
        """
        with connect(self.network.host(host), self._access) as connection:
            if connection.run(["test", "-e", str(HANDED_OVER)]).exit_code == 0:
                return
            self._demand_equal(host)
            self._on(host, Frr.save_config)
            result = connection.run(["touch", str(HANDED_OVER)])
        if result.exit_code:
            raise Rejected(
                f"{host} could not be handed over",
                expected=f"a file {HANDED_OVER}",
                actual=result.stderr.strip(),
                next_step=f"ndc ssh {host}",
            )

    def lets_us_in(self, host: HostName) -> bool:
        """Whether the host of the router answers SSH, whatever the router does."""
        try:
            connect(self.network.host(host), self._access).close()
        except Unreachable:
            return False
        return True

    @override
    def close(self) -> None:
        """Hang up everywhere."""
        while self._connections:
            self._connections.popitem()[1].disconnect()

    def _show(self, host: HostName, command: str) -> str:
        return self._on(host, lambda router: router.show(command))

    def _on(self, host: HostName, act: Callable[[Frr], T]) -> T:
        with self._turns[host]:
            router = self._connections.get(host)
            if router is None or not router.is_alive():
                router = self._connections[host] = open_router(
                    self.network.host(host),
                    self._access,
                    self._log_folder,
                    session_passwords(self.network, host, self._secret),
                )
            try:
                with translated(host):
                    return act(router)
            except Unreachable:
                # its next words might be the answer to this question
                del self._connections[host]
                router.disconnect()
                raise

    def _demand_equal(self, host: HostName) -> None:
        running_text, target_text = self.running_config(host), self.wanted_config(host)
        if equal(running_text, target_text):
            return
        commands = [
            command for command in delta(running_text, target_text) if "password" not in command
        ]
        raise Rejected(
            f"the router on {host} does not run what it should",
            expected="a running configuration equal to the intent",
            actual=f"{len(commands)} commands away: {'; '.join(commands)[:200]}",
            next_step="ndc up",
        )
