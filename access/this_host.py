"""The host that a daemon runs on, and the network it is part of."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import NdcError, Rejected
from inventory.names import HostName
from inventory.network import Host, Network
from inventory.network_text import network_from_json

FOLDER = Path("/etc/ndc")


class _HostFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    host: str


@dataclass(frozen=True, slots=True)
class Here:
    """What ``ndc up`` placed on this host."""

    network: Network
    host: Host
    folder: Path = FOLDER

    @property
    def authority(self) -> Path:
        """The environment's certificate authority."""
        return self.folder / "ca.crt"

    @property
    def certificate(self) -> Path:
        """The host's certificate, for serving and for asking."""
        return self.folder / "tls.crt"

    @property
    def key(self) -> Path:
        """The key of that certificate."""
        return self.folder / "tls.key"

    def passfile(self, role: str) -> Path:
        """Where libpq finds the password of ``role``."""
        return self.folder / "passwords" / role

    def password(self, name: str) -> str:
        """Return the password that is alone in its file, as etcd's users have it.

        Raises:
            Rejected: it is not there.
        """
        path = self.folder / "passwords" / name
        try:
            return path.read_text("utf-8").removesuffix("\n")
        except OSError as error:
            raise Rejected(
                f"{path} cannot be read",
                expected="the password that `ndc up` places there",
                actual=error.strerror or str(error),
                next_step="run `ndc up`",
            ) from error


def here(told: Path = FOLDER / "host.json") -> Here:
    """Return the host that the file ``told`` names, in the network of ``network.json`` beside it.

    Raises:
        Rejected: one of the two is missing or cannot be read as such.
        PlanRefused: ``network.json`` is of a format that is not read.
    """
    of = told.parent / "network.json"
    try:
        network = network_from_json(of.read_text("utf-8"), of)
        name = _HostFile.model_validate_json(told.read_text("utf-8")).host
        return Here(network, network.host(HostName(name)), told.parent)
    except (OSError, ValidationError, KeyError) as error:
        raise Rejected(
            f"{told} does not say what this host is",
            expected="it and network.json as `ndc up` places them",
            actual=str(error).splitlines()[0],
            next_step="run `ndc up`",
        ) from error


def here_of_arguments(program: str) -> Here:
    """Return the host of the file that the command line of a daemon names.

    Ends the process with four lines for the journal, if the file says nothing of use.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("host_file", type=Path, nargs="?", default=FOLDER / "host.json")
    found: Path = parser.parse_args().host_file
    try:
        return here(found)
    except NdcError as error:
        parser.exit(error.exit_code, "\n".join([*error.lines(), ""]))
