"""Every exception of the libraries for SSH has a meaning that somebody chose."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from netmiko import exceptions as netmiko_exceptions
from paramiko import ssh_exception

from access.clients import ssh
from access.clients.openssh import arguments
from access.host_access import Access
from core.errors import Rejected, Unreachable, WorldError
from core.system_clock import SystemClock
from inventory.names import HostName
from routing.routers import connection
from tests.networks import network
from tests.stubs.network import Ground
from tests.stubs.ssh import serve

KEY = paramiko.RSAKey.generate(1024)
HOST = network("tiny").hosts[0]


def _exceptions(module: object) -> set[type[Exception]]:
    return {
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception)
    }


def test_each_exception_of_paramiko_has_a_meaning() -> None:
    assert _exceptions(ssh_exception) <= set(ssh.MEANINGS)


def test_each_exception_of_netmiko_has_a_meaning() -> None:
    known = set(connection.MEANINGS) | set(ssh.MEANINGS)

    assert _exceptions(netmiko_exceptions) <= known


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (paramiko.AuthenticationException("no"), Rejected),
        (paramiko.SSHException("Error reading SSH protocol banner"), Unreachable),
        (ssh_exception.NoValidConnectionsError({("198.18.7.10", 22): OSError()}), Unreachable),
        (TimeoutError("timed out"), Unreachable),
        (ConnectionResetError("reset by peer"), Unreachable),
        (EOFError(), Unreachable),
    ],
)
def test_an_error_says_whether_it_may_have_happened(
    error: Exception, meaning: type[WorldError]
) -> None:
    translated = ssh.translate(error, HostName("ndc01-edge"))

    assert type(translated) is meaning
    assert "ndc01-edge" in translated.what
    assert translated.next_step


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (netmiko_exceptions.NetmikoAuthenticationException("no"), Rejected),
        (netmiko_exceptions.ConfigInvalidException("% Unknown command"), Rejected),
        (netmiko_exceptions.ReadTimeout("no prompt"), Unreachable),
        (netmiko_exceptions.NetmikoTimeoutException("no answer"), Unreachable),
        (ValueError("Unable to find prompt"), Unreachable),
    ],
)
def test_an_error_of_netmiko_says_it_too(error: Exception, meaning: type[WorldError]) -> None:
    with pytest.raises(meaning), connection.translated(HostName("ndc01-edge")):
        raise error


def test_a_wrong_host_key_is_a_refusal_though_netmiko_calls_it_a_timeout() -> None:
    with pytest.raises(Rejected), connection.translated(HostName("ndc01-edge")):
        _as_netmiko_tells(paramiko.BadHostKeyException("198.18.7.10", KEY, KEY))


def test_a_host_whose_key_is_not_pinned_is_never_spoken_to(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text("")

    with pytest.raises(Rejected, match="not known"):
        ssh.connect(HOST, Access(tmp_path / "key", known_hosts))


def test_without_known_hosts_nobody_is_spoken_to(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="not known"):
        ssh.connect(HOST, Access(tmp_path / "key", tmp_path / "missing"))


def test_a_person_gets_the_same_key_and_the_same_pins(tmp_path: Path) -> None:
    command = arguments(HOST, Access(tmp_path / "key", tmp_path / "known_hosts"))

    assert f'UserKnownHostsFile="{tmp_path / "known_hosts"}"' in command
    assert "StrictHostKeyChecking=yes" in command
    assert command[-1] == f"root@{HOST.management.ip}"


def test_words_of_a_command_reach_the_host_as_they_are(tmp_path: Path) -> None:
    access = Access(tmp_path / "key", tmp_path / "known_hosts")

    command = arguments(HOST, access, ["printf", "%s", "a b; $HOME"])

    assert command[-1] == "printf %s 'a b; $HOME'"


COMPLAINT = "x" * (3 * 2**20)
"""more than a window of the protocol"""


@contextmanager
def _connected(ground: Ground, stdout: str, stderr: str) -> Iterator[ssh.SshConnection]:
    """Yield a connection to a host on which each command says so, and ends with 3."""
    host, secrets = ground.network.hosts[0], ground.secrets
    at, keys = str(host.management.ip), {"control": Path(f"{secrets.control_key}.pub")}
    own = secrets.host_key(host.name)
    end = serve((at, ground.ssh_port), own, keys, lambda *_: (3, stdout, stderr))
    access = Access(secrets.control_key, secrets.known_hosts, port=ground.ssh_port)
    try:
        with ssh.connect(host, access) as connection:
            yield connection
    finally:
        end()


def test_a_command_that_complains_at_length_is_heard_to_its_end(stub_ground: Ground) -> None:
    with _connected(stub_ground, "done\n", COMPLAINT) as connection:
        said = connection.run(["complain"])

    assert said == ssh.Completed(3, "done\n", COMPLAINT)


@pytest.mark.parametrize("said", [(COMPLAINT, ""), ("", COMPLAINT)], ids=["stdout", "stderr"])
def test_a_command_that_says_more_than_is_borne_is_not_heard_to_its_end(
    stub_ground: Ground, monkeypatch: pytest.MonkeyPatch, said: tuple[str, str]
) -> None:
    monkeypatch.setattr(ssh, "MOST_BYTES", 2**20)
    began = SystemClock().elapsed()

    with (
        _connected(stub_ground, *said) as connection,
        pytest.raises(Unreachable) as endless,
    ):
        connection.run(["complain"])

    assert "more than 1048576 bytes" in endless.value.actual
    assert SystemClock().elapsed() - began < ssh.COMMAND


def _as_netmiko_tells(error: paramiko.SSHException) -> None:
    try:
        raise error
    except paramiko.SSHException:
        raise netmiko_exceptions.NetmikoTimeoutException("timeout")  # noqa: B904 netmiko omits it
