"""What this host's FRR says of its sessions."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from access.clients import vty
from routing import answers
from routing.answers import BfdPeer, Session


async def bgp_sessions(
    *, deadline: timedelta, consoles: Path = vty.CONSOLES
) -> tuple[Session, ...]:
    """Return the session with each neighbour that FRR knows.

    Raises:
        NotSeen: FRR did not tell.
    """
    question = answers.SESSIONS
    return answers.sessions(await vty.ask("bgpd", question, deadline=deadline, consoles=consoles))


async def incoming_policies(
    *, deadline: timedelta, consoles: Path = vty.CONSOLES
) -> dict[IPv4Address, str]:
    """Return by which route-map each neighbour of FRR's is heard; one without is left out.

    Raises:
        NotSeen: FRR did not tell.
    """
    question = answers.NEIGHBOURS
    text = await vty.ask("bgpd", question, deadline=deadline, consoles=consoles)
    return answers.incoming_policies(text)


async def origins(
    *, deadline: timedelta, consoles: Path = vty.CONSOLES
) -> dict[IPv4Network, frozenset[int | None]]:
    """Return from which autonomous systems FRR hears each prefix; None is its own.

    Raises:
        NotSeen: FRR did not tell.
    """
    question = answers.PATHS
    return answers.origins(await vty.ask("bgpd", question, deadline=deadline, consoles=consoles))


async def bfd_peers(*, deadline: timedelta, consoles: Path = vty.CONSOLES) -> tuple[BfdPeer, ...]:
    """Return each BFD peer that FRR knows.

    Raises:
        NotSeen: FRR did not tell.
    """
    question = answers.BFD_PEERS
    return answers.bfd_peers(await vty.ask("bfdd", question, deadline=deadline, consoles=consoles))
