"""The system's ssh, for a person at a terminal: the same key and pinned host keys as ours."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import NoReturn

from access.clients.ssh import Access
from core.errors import Rejected
from inventory.network import Host


def arguments(host: Host, access: Access, command: Sequence[str] = ()) -> list[str]:
    """Return the argument list that opens a shell on ``host``, or runs ``command`` there.

    Nothing of the caller's own SSH configuration takes part. Every word of
    ``command`` reaches the host as it is.
    """
    options = {
        "IdentityFile": access.key,
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": access.known_hosts,
        "GlobalKnownHostsFile": os.devnull,
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "PasswordAuthentication": "no",
        "HostKeyAlias": host.name,
        "ConnectTimeout": "5",
        "ServerAliveInterval": "5",
        "LogLevel": "ERROR",
    }
    return [
        "ssh",
        "-F",
        os.devnull,
        *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
        f"{access.user}@{host.management.ip}",
        *(["--", shlex.join(command)] if command else []),
    ]


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by ``command``.

    Raises:
        Rejected: there is no such program here.
    """
    try:
        os.execvp(command[0], list(command))  # noqa: S606 an argument list, without a shell
    except OSError as error:
        raise Rejected(
            f"{command[0]} cannot be started",
            expected="OpenSSH's client on this machine",
            actual=error.strerror or str(error),
            next_step="ndc doctor",
        ) from error
