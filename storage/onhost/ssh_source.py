"""A store's source over SSH: the key may run one program there, which takes what it is asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO, Final

from typing_extensions import override

from core.errors import NotSeen
from core.surroundings import surroundings
from inventory.names import HostName
from storage.requests import SourceAnswer, StoreRequest, read_answer, request_text
from storage.source_door import SourceDoor

_SILENT: Final = timedelta(seconds=15)
"""after which a source that says nothing more counts as gone"""


@dataclass(frozen=True, slots=True)
class SshSource(SourceDoor):
    """The source on ``host``, at ``address``."""

    host: HostName
    address: IPv4Address
    key: Path
    known_hosts: Path

    @override
    @contextmanager
    def ask(self, request: StoreRequest) -> Iterator[tuple[SourceAnswer, IO[bytes]]]:
        with subprocess.Popen(
            self._command(request_text(request)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings(),
            bufsize=0,  # what follows the line is for somebody else
        ) as ssh:
            assert ssh.stdout  # noqa: S101 - PIPE
            assert ssh.stderr  # noqa: S101 - PIPE
            try:
                line = ssh.stdout.readline()
                if not line:
                    raise self._silent(ssh.stderr.read())
                yield read_answer(line.decode(errors="replace")), ssh.stdout
            finally:
                ssh.kill()

    def _command(self, words: str) -> list[str]:
        third = int(_SILENT.total_seconds() / 3)
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(third),
            "ServerAliveInterval": str(third),
            "ServerAliveCountMax": "3",
            "HostKeyAlias": self.host,
            "HostKeyAlgorithms": "ssh-ed25519",
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "Compression": "no",
        }
        said = [f"-o{name}={value}" for name, value in options.items()]
        return ["ssh", "-F/dev/null", *said, f"-i{self.key}", f"root@{self.address}", "--", words]

    def _silent(self, said: bytes) -> NotSeen:
        return NotSeen(
            f"{self.host} does not answer for a store",
            refused=b"Permission denied" in said,
            expected="a line, within seconds",
            actual=" ".join(said.decode(errors="replace").split())[-200:] or "silence",
            next_step=f"from the operator's machine: ndc ssh {self.host} -- true",
        )
