"""The system's ssh, for a person at a terminal and for Ansible: our key, our pinned host keys."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from access.host_access import Access
from core.errors import Rejected
from inventory.network import Host


def arguments(host: Host, access: Access, command: Sequence[str] = ()) -> list[str]:
    """Return the argument list that opens a shell on ``host``, or runs ``command`` there.

    Every word of ``command`` reaches the host as it is.
    """
    options = {**pinned(access), "HostKeyAlias": host.name, "Port": str(access.port)}
    return [
        "ssh",
        *words(options),
        f"{access.user}@{host.management.ip}",
        *(["--", shlex.join(command)] if command else []),
    ]


def pinned(access: Access) -> dict[str, str | Path]:
    """Return the options of every connection with ``access``: no other key, and no other host."""
    return {
        "IdentityFile": access.key,
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": access.known_hosts,
        "GlobalKnownHostsFile": os.devnull,
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "PasswordAuthentication": "no",
        "ConnectTimeout": "5",
        "ServerAliveInterval": "5",
        "LogLevel": "ERROR",
    }


def words(options: Mapping[str, str | Path]) -> list[str]:
    """Return ``options`` as arguments; nothing of the caller's own configuration takes part.

    ssh reads the value of an option as a line of its configuration: a space ends a path, a
    quote begins a longer one, and % begins a word of its own. So the name of a file is quoted.
    """
    given = (
        f"{name}={_quoted(value) if isinstance(value, Path) else value}"
        for name, value in options.items()
    )
    return ["-F", os.devnull, *(word for each in given for word in ("-o", each))]


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by ``command``, in the person's own locale.

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


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
