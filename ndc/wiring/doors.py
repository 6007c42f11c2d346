"""How recovery reaches the network that runs in an environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dr.live.doors import Live
from inventory.network import Network
from ndc.wiring.environment import Environment

Reach: TypeAlias = Callable[[Environment, Network], Live]


def reached(environment: Environment, network: Network) -> Live:
    """Return ``network`` behind doors that open with the environment's keys.

    Raises:
        Rejected: a certificate or a password is not there.
    """
    return Live.over(network, environment.paths.secrets)
