"""SSH to hosts, by paramiko: host keys are pinned, every wait has a bound.

No key is trusted because it is the first. A host whose key is not in ``known_hosts`` is
refused before we say anything to it.
"""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import paramiko
from paramiko import ssh_exception
from typing_extensions import override

from access.host_access import Access
from core.closing import Closing
from core.errors import Rejected, Unreachable, WorldError
from inventory.names import HostName
from inventory.network import Host

# what its threads meet reaches us as an exception; they print it as a traceback as well
logging.getLogger("paramiko").addHandler(logging.NullHandler())

CONNECT = timedelta(seconds=5)
"""bound of making a connection"""

COMMAND = timedelta(seconds=30)
"""bound of one command, unless its caller names another"""

MOST_BYTES = 64 * 1024**2
"""of either stream of a command: every program of ours says less"""

_PIECE = 32 * 1024

MEANINGS: dict[type[Exception], type[WorldError]] = {
    # it answered no
    ssh_exception.AuthenticationException: Rejected,
    ssh_exception.BadAuthenticationType: Rejected,
    ssh_exception.PartialAuthentication: Rejected,
    ssh_exception.PasswordRequiredException: Rejected,
    ssh_exception.UnableToAuthenticate: Rejected,
    ssh_exception.BadHostKeyException: Rejected,
    ssh_exception.ChannelException: Rejected,
    ssh_exception.IncompatiblePeer: Rejected,
    ssh_exception.ConfigParseError: Rejected,
    ssh_exception.CouldNotCanonicalize: Rejected,
    # it did not answer, or no longer
    ssh_exception.SSHException: Unreachable,
    ssh_exception.MessageOrderError: Unreachable,
    ssh_exception.NoValidConnectionsError: Unreachable,
    ssh_exception.ProxyCommandFailure: Unreachable,
    EOFError: Unreachable,
    OSError: Unreachable,
}
"""what each exception of the library says of the command that it ended"""


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


class SshConnection(Closing):
    """One connection to one host, whose pinned key it has shown.

    Commands run one after another, each with a bound of its own. After ``Unreachable``
    the connection is of no further use.
    """

    def __init__(self, host: HostName, client: paramiko.SSHClient) -> None:
        self._host = host
        self._client = client

    def run(
        self, command: Sequence[str], *, input_text: str = "", bound: timedelta = COMMAND
    ) -> Completed:
        """Run ``command`` and return how it ended; each word reaches the host as it is.

        The command reads ``input_text``.

        Raises:
            Rejected: the host refused to start it.
            Unreachable: no exit code came back within ``bound``; it may have run.
        """
        return self.ask(shlex.join(command), input_text=input_text, bound=bound)

    def ask(self, text: str, *, input_text: str = "", bound: timedelta = COMMAND) -> Completed:
        """Return what the forced command of our key answers to ``text``; raises as ``run``."""
        with _translated(self._host):
            return self._execute(text, input_text, bound)

    @override
    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _execute(self, text: str, input_text: str, bound: timedelta) -> Completed:
        transport = self._client.get_transport()
        if transport is None:
            raise EOFError
        channel = transport.open_session(timeout=bound.total_seconds())
        # closing the channel wakes every read on it: one bound for the whole command
        hang = threading.Timer(bound.total_seconds(), channel.close)
        hang.start()
        try:
            channel.exec_command(text)
            channel.sendall(input_text.encode())
            channel.shutdown_write()
            stdout, stderr = _drained(channel)
            exit_code = channel.recv_exit_status()
        finally:
            hang.cancel()
            channel.close()
        if exit_code < 0:
            raise _no_exit_code(self._host, text, bound)
        return Completed(
            exit_code, stdout.decode(errors="replace"), stderr.decode(errors="replace")
        )


def connect(host: Host, access: Access, *, bound: timedelta = CONNECT) -> SshConnection:
    """Return a connection to ``host`` on its management address.

    Raises:
        Rejected: it is not the host that we know, or it does not know our key; nothing was run.
        Unreachable: no answer within about ``bound``; nothing was run.
    """
    demand_pinned(host, access)
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    seconds = bound.total_seconds()
    try:
        with _translated(host.name):
            client.load_host_keys(str(access.known_hosts))
            client.connect(
                str(host.management.ip),
                port=access.port,
                username=access.user,
                key_filename=str(access.key),
                allow_agent=False,
                look_for_keys=False,
                timeout=seconds,
                banner_timeout=seconds,
                auth_timeout=seconds,
            )
    except WorldError:
        client.close()
        raise
    return SshConnection(host.name, client)


def demand_pinned(host: Host, access: Access) -> None:
    """Return if the key of ``host`` is pinned, so that no other host can pass for it.

    Raises:
        Rejected: it is not, or ``known_hosts`` cannot be read.
    """
    try:
        keys = paramiko.HostKeys(str(access.known_hosts)).lookup(access.known_as(host))
    except OSError as error:
        raise _unpinned(host, access, str(error)) from error
    if not keys:
        raise _unpinned(host, access, "there is none")


def translate(error: Exception, host: HostName) -> WorldError:
    """Return what ``error``, of the library or of a socket, says in our words."""
    meaning = next((MEANINGS[kind] for kind in type(error).mro() if kind in MEANINGS), Unreachable)
    expected = "an answer over SSH" if meaning is Unreachable else "its pinned key, and ours let in"
    return meaning(
        f"{host} did not answer over SSH" if meaning is Unreachable else f"{host} refused us",
        expected=expected,
        actual=f"{type(error).__name__}: {error}".removesuffix(": "),
        next_step=f"ndc status; then: ndc ssh {host}",
    )


def _drained(channel: paramiko.Channel) -> tuple[bytes, bytes]:
    """Return all that comes over both streams: a command that waits for one fills the other."""
    with ThreadPoolExecutor(1) as pool:
        stderr = pool.submit(_whole, channel, channel.makefile_stderr("rb"))
        try:
            return _whole(channel, channel.makefile("rb")), stderr.result()
        except BaseException:
            channel.close()  # ends the other read too
            raise


def _whole(channel: paramiko.Channel, stream: paramiko.ChannelFile) -> bytes:
    got = bytearray()
    while piece := stream.read(_PIECE):
        got += piece
        if len(got) > MOST_BYTES:
            channel.close()  # as above
            raise EOFError(f"more than {MOST_BYTES} bytes")
    return bytes(got)


@contextmanager
def _translated(host: HostName) -> Iterator[None]:
    try:
        yield
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise translate(error, host) from error


def _unpinned(host: Host, access: Access, actual: str) -> Rejected:
    return Rejected(
        f"the key of {host.name} is not known, so nothing was said to it",
        expected=f"a line for {host.management.ip} in {access.known_hosts}",
        actual=actual,
        next_step="run `ndc up`, which makes and pins host keys",
    )


def _no_exit_code(host: HostName, text: str, bound: timedelta) -> Unreachable:
    return Unreachable(
        f"{host} did not say how a command ended",
        expected=f"an exit code within {bound.total_seconds():g} s",
        actual=f"none, of: {text.split(maxsplit=1)[0] if text else ''}",
        next_step="look at what it should have changed before repeating it",
    )
