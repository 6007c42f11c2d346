"""The derived network as JSON: beside the environment, on hosts, and for Ansible's templates."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from core.formats import Format
from inventory.network import Network

_NETWORK = TypeAdapter(Network)


def network_to_plain(network: Network) -> dict[str, Any]:
    """Return ``network``, JSON-ready; sets are sorted, so that equal networks are equal text."""
    plain: dict[str, Any] = _NETWORK.dump_python(network, mode="json")
    return Format.NETWORK.stamped(_sorted(plain, network))


def network_from_json(text: str, source: object) -> Network:
    """Return the network that ``text`` holds, or raise pydantic's ValidationError.

    A refusal names ``source``.

    Raises:
        PlanRefused: it is of a format that is not read.
    """
    Format.NETWORK.demand(text, source, next_step="ndc up, which makes it anew")
    return _NETWORK.validate_json(text)


def _sorted(plain: dict[str, Any], network: Network) -> dict[str, Any]:
    for entry, host in zip(plain["hosts"], network.hosts, strict=True):
        entry["roles"] = sorted(role.value for role in host.roles)
    for entry, operator in zip(plain["operators"], network.operators, strict=True):
        entry["roles"] = sorted(operator.roles)
    for entry, failure_set in zip(plain["failure_sets"], network.failure_sets, strict=True):
        entry["sites"] = sorted(failure_set.sites)
    return plain
