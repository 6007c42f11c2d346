"""How recovery reaches the network that runs in an environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from core.runs.plan import RunName
from dr.live.doors import Live
from dr.live.overtaken import Kept
from dr.plan import RecoveryRecord
from inventory.network import Network
from ndc.wiring.environment import Environment

Reach: TypeAlias = Callable[[Environment, Network], Live]


def reached(environment: Environment, network: Network) -> Live:
    """Return ``network`` behind doors that open with the environment's keys.

    Raises:
        Rejected: a certificate or a password is not there.
    """
    return Live.over(network, environment.paths.secrets)


def kept_records(environment: Environment, network: Network) -> Kept:
    """Return what tells the records that the quorum of ``network`` keeps of a run."""

    def kept(run: RunName) -> Sequence[RecoveryRecord]:
        with reached(environment, network) as live:
            return live.journal(run).records()

    return kept
