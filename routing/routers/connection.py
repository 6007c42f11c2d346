"""Connections to routers: pinned host keys, bounded waits, and a log each that hides secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paramiko
from netmiko import ConnectHandler
from netmiko import exceptions as netmiko_exceptions
from netmiko.session_log import SessionLog

from access.clients.ssh import CONNECT, demand_pinned, translate
from access.host_access import Access
from core.errors import Rejected, Unreachable, WorldError
from inventory.endpoints import SSH
from inventory.names import HostName
from inventory.network import Host
from routing.routers.driver import DEVICE_TYPE, Frr, register

USER = "netops"
"""whose login shell is vtysh"""

MEANINGS: dict[type[Exception], type[WorldError]] = {
    # it answered no
    netmiko_exceptions.NetmikoAuthenticationException: Rejected,
    netmiko_exceptions.ConfigInvalidException: Rejected,
    # it did not answer, or not in a way that can be understood
    netmiko_exceptions.NetmikoBaseException: Unreachable,
    netmiko_exceptions.ConnectionException: Unreachable,
    netmiko_exceptions.NetmikoTimeoutException: Unreachable,
    netmiko_exceptions.ReadException: Unreachable,
    netmiko_exceptions.ReadTimeout: Unreachable,
    netmiko_exceptions.WriteException: Unreachable,
    netmiko_exceptions.NetmikoParsingException: Unreachable,
}
"""what each exception of the library says of the command that it ended"""


def open_router(host: Host, access: Access, log_folder: Path, hidden: Sequence[str]) -> Frr:
    """Return a connection to the command line of the router on ``host``.

    ``access`` holds the control key and the pinned host keys. Everything that the router
    says is logged in ``log_folder``; nothing that is ``hidden`` ever is.

    Raises:
        Rejected: it is not the host that we know, it does not know our key, or
            the router calls itself otherwise than the inventory does.
        Unreachable: it does not answer.
    """
    demand_pinned(host, access)
    register()
    with translated(host.name):
        connection = ConnectHandler(
            device_type=DEVICE_TYPE,
            host=str(host.management.ip),
            port=SSH,
            username=USER,
            key_file=str(access.key),
            ssh_strict=True,
            alt_host_keys=True,
            alt_key_file=str(access.known_hosts),
            conn_timeout=CONNECT.total_seconds(),
            auth_timeout=CONNECT.total_seconds(),
            banner_timeout=CONNECT.total_seconds(),
            session_log=_log(log_folder, host.name, hidden),
        )
    if not isinstance(connection, Frr) or connection.base_prompt != host.name:
        connection.disconnect()
        raise Rejected(
            f"the router at {host.management.ip} is not {host.name}",
            expected=f"the prompt {host.name}#",
            actual=f"{connection.base_prompt}#",
            next_step="nothing was said to it; look who has that address",
        )
    return connection


@contextmanager
def translated(host: HostName) -> Iterator[None]:
    """Turn what netmiko raises inside into our words."""
    try:
        yield
    except (
        netmiko_exceptions.NetmikoBaseException,
        paramiko.SSHException,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        raise _in_our_words(error, host) from error


def _in_our_words(error: Exception, host: HostName) -> WorldError:
    reason = error.__context__
    if isinstance(reason, paramiko.SSHException):  # netmiko calls a wrong host key a timeout
        return translate(reason, host)
    kinds = (MEANINGS[kind] for kind in type(error).mro() if kind in MEANINGS)
    meaning = next(kinds, None)
    if meaning is None:
        return translate(error, host)
    return meaning(
        f"the router on {host} "
        + ("refused a command" if meaning is Rejected else "did not answer"),
        expected="a command line that obeys and prompts again",
        # netmiko goes on with advice to programmers
        actual=" ".join(str(error).partition("Things you might try")[0].split())[:300],
        next_step=f"ndc ssh {host} -- vtysh -c 'show running-config'",
    )


def _log(folder: Path, host: HostName, hidden: Sequence[str]) -> SessionLog:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{host}.log"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    return SessionLog(
        file_name=str(path),
        no_log={f"hidden {n}": text for n, text in enumerate(hidden)},
        record_writes=True,
    )
