"""Who may work on the network."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.names import OperatorName


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who may work on the network."""

    name: OperatorName
    public_key: str
    """OpenSSH format; empty where the environment makes the key (the lab's samples)"""
    roles: frozenset[str]
    """of ``observe``, ``operate``, ``approve``"""
