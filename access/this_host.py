"""The host that a daemon runs on, and the network it is part of."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core import host_paths
from core.errors import NdcError, Rejected
from core.text import first_problem
from inventory.names import HostName
from inventory.network import Host, Network
from inventory.network_text import network_from_json
from inventory.postgresql import Login

_SETTINGS = Path(host_paths.SETTINGS)
_HOST_FILE = Path(host_paths.HOST_FILE)


class _HostFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    host: str


@dataclass(frozen=True, slots=True)
class ThisHost:
    """What ``ndc up`` placed on this host: ``host`` is one of the hosts of ``network``."""

    network: Network
    host: Host
    folder: Path = _SETTINGS

    @property
    def authority(self) -> Path:
        """The environment's certificate authority."""
        return self.folder / host_paths.AUTHORITY.name

    @property
    def certificate(self) -> Path:
        """The host's certificate: for serving, and for asking where a server here asks."""
        return self.folder / host_paths.CERTIFICATE.name

    @property
    def key(self) -> Path:
        """The key of that certificate."""
        return self.folder / host_paths.KEY.name

    @property
    def agent_certificate(self) -> Path:
        """The agent's certificate, for asking alone."""
        return self.folder / host_paths.AGENT_CERTIFICATE.name

    @property
    def agent_key(self) -> Path:
        """The key of that certificate."""
        return self.folder / host_paths.AGENT_KEY.name

    @property
    def controller_certificate(self) -> Path:
        """The controller's certificate, for asking alone."""
        return self.folder / host_paths.CONTROLLER_CERTIFICATE.name

    @property
    def controller_key(self) -> Path:
        """The key of that certificate."""
        return self.folder / host_paths.CONTROLLER_KEY.name

    def passfile(self, login: Login) -> Path:
        """Return where libpq finds the password of ``login``."""
        return self._password_file(login.password)

    def password(self, name: str) -> str:
        """Return the password that is alone in its file, as etcd's users have it.

        Raises:
            Rejected: it is not there.
        """
        path = self._password_file(name)
        try:
            return path.read_text("utf-8").removesuffix("\n")
        except OSError as error:
            raise Rejected(
                f"{path} cannot be read",
                expected="the password that `ndc up` places there",
                actual=error.strerror or str(error),
                next_step="run `ndc up`",
            ) from error

    def _password_file(self, name: str) -> Path:
        return self.folder / host_paths.PASSWORDS.name / name


def read_this_host(path: Path) -> ThisHost:
    """Return the host that ``path`` names, in the network of ``network.json`` beside that file.

    Raises:
        Rejected: one of the two is missing or cannot be read as such.
        PlanRefused: ``network.json`` is of a format that is not read.
    """
    network_file = path.parent / host_paths.NETWORK_FILE.name
    try:
        network = network_from_json(network_file.read_text("utf-8"), network_file)
        name = _HostFile.model_validate_json(path.read_text("utf-8")).host
        return ThisHost(network, network.host(HostName(name)), path.parent)
    except (OSError, ValidationError, KeyError) as error:
        raise Rejected(
            f"{path} does not say what this host is",
            expected="it and network.json as `ndc up` places them",
            actual=first_problem(error) if isinstance(error, ValidationError) else str(error),
            next_step="run `ndc up`",
        ) from error


def this_host_of_arguments(program: str) -> ThisHost:
    """Return the host of the file that the command line of a daemon names.

    Ends the process with four lines for the journal, if the file says nothing of use.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("host_file", type=Path, nargs="?", default=_HOST_FILE)
    path: Path = parser.parse_args().host_file
    try:
        return read_this_host(path)
    except NdcError as error:
        parser.exit(error.exit_code, "\n".join([*error.lines(), ""]))
