"""``ndc ssh``: a shell on a host, or one command there."""

from __future__ import annotations

from typing import Annotated

import typer

from core.errors import PlanRefused
from inventory.names import HostName
from inventory.network import Host, Network
from ndc.cli.declared import running
from ndc.cli.options import current


def ssh(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="As `ndc show hosts` lists it.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(help="After --; every word reaches the host as it is."),
    ] = None,
) -> None:
    """Become the system's ssh, with the environment's key and pinned host keys."""
    from access.clients.openssh import arguments, become
    from access.host_access import Access
    from access.secrets import Secrets

    environment, network = running(current(context))
    target = _named(host, network)
    secrets = Secrets(environment.paths.secrets)
    secrets.read(secrets.control_key)  # the system's ssh would go on without it
    become(arguments(target, Access(secrets.control_key, secrets.known_hosts), command or []))


def _named(name: str, network: Network) -> Host:
    from inventory.problems import listed, nearest

    hosts = {host.name: host for host in network.hosts}
    if match := hosts.get(HostName(name)):
        return match
    meant = nearest(name, hosts)
    raise PlanRefused(
        f"there is no host called {name} in {network.environment}",
        expected=listed(hosts),
        actual=name,
        next_step=f"did you mean {meant}?" if meant else "ndc show lists the hosts",
    )
