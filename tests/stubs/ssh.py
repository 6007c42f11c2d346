"""An SSH server on an address of loopback that runs no program: a function answers for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from typing_extensions import override

Ran = tuple[int, str] | tuple[int, str, str]
"""exit code, standard output, and standard error if there is any"""
Running = Callable[[str, str, str], Ran]
"""from the name of the key that was shown, the command that was asked for, and what it reads"""


class _Host(paramiko.ServerInterface):
    def __init__(self, keys: dict[str, str], running: Running) -> None:
        self._keys = keys
        self._running = running
        self._key = ""

    @override
    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._key = self._keys.get(key.get_base64(), "")
        return AUTH_SUCCESSFUL if self._key else AUTH_FAILED

    @override
    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    @override
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    @override
    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        with suppress(OSError, EOFError):
            given = b""
            while part := channel.recv(1024):
                # until the client has no more to say: it knows by then that it was let run
                given += part
            code, output, *errors = self._running(self._key, command, given.decode())
            channel.sendall_stderr("".join(errors).encode())
            channel.sendall(output.encode())
            channel.send_exit_status(code)
            channel.close()


def serve(
    at: tuple[str, int], host_key: Path, keys: dict[str, Path], running: Running
) -> Callable[[], None]:
    """Let in who shows one of ``keys`` (name to public key), until what is returned is called."""
    known = {path.read_text("utf-8").split()[1]: name for name, path in keys.items()}
    own = paramiko.Ed25519Key.from_private_key_file(str(host_key))
    listener = socket.create_server(at)
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as sshd does
                transport = paramiko.Transport(connection)
                transport.add_server_key(own)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Host(known, running), event=threading.Event())
                transports.append(transport)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()

    def end() -> None:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join()

    return end
