"""The network that runs: the one that ``ndc up`` last set out to build.

Somebody may be writing in the inventory at this moment, and who looks or acts at
03:00 must not have to wait for that. What was built is kept beside the environment.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import ValidationError

from core import files
from core.errors import InventoryInvalid, PlanRefused, Rejected
from inventory.network import Network
from inventory.network_text import network_from_json, network_to_plain
from ndc.wiring.declared_digest import declared_digest
from ndc.wiring.environment import Environment
from stacks.engine.record import stacks_on_record


def keep(environment: Environment, network: Network) -> None:
    """Let ``network`` be the one that runs in ``environment`` from now on.

    Raises:
        Rejected: it could not be written.
    """
    text = json.dumps(network_to_plain(network), indent=1, ensure_ascii=False) + "\n"
    if files.read_if_there(environment.paths.network) != text:
        files.write(environment.paths.network, text)


def forget_network(environment: Environment) -> None:
    """Let no network run in ``environment``."""
    environment.paths.network.unlink(missing_ok=True)


def running(environment: Environment, note: Callable[[str], None]) -> Network:
    """Return the network that runs or, before the first ``ndc up``, what the inventory means.

    ``note`` is told where the inventory says something else by now.

    Raises:
        InventoryInvalid, Rejected: nothing runs, and the inventory cannot be used.
        PlanRefused, Rejected: something runs, and what was kept of it cannot be read.
    """
    last = kept(environment)
    if last is None:
        # it loads what reads an inventory
        from ndc.wiring.declared_network import network  # noqa: PLC0415 - before the first up only

        return network(environment)
    try:
        digest = declared_digest(environment)
    except (InventoryInvalid, Rejected):
        note(
            "the inventory cannot be used as it is by now; this is what runs\n"
            "    ndc check tells what is wrong with it"
        )
        return last
    if last.digest != digest:
        note(
            "the inventory was changed since the last ndc up; this is what runs\n"
            "    ndc up makes the change"
        )
    return last


def earlier_network(environment: Environment, declared: Network) -> Network | None:
    """Return the network whose hosts exist, or may; None if nothing was ever built.

    ``declared`` stands in for one that was built, and of which nothing readable was kept.
    """
    try:
        return kept(environment)
    except (PlanRefused, Rejected):
        return declared


def kept(environment: Environment) -> Network | None:
    """Return the network that ``keep`` wrote last; None if nothing runs.

    Raises:
        PlanRefused, Rejected: what was kept cannot be read, or is gone and stacks are on record.
    """
    path = environment.paths.network
    text = files.read_if_there(path)
    if text is None and stacks_on_record(environment.paths.pulumi / "backend"):
        raise _unread(f"{path} is gone", "no such file")
    if text is None:
        return None
    try:
        return network_from_json(text, path)
    except ValidationError as error:
        message = error.errors(include_url=False)[0]["msg"]
        raise _unread(f"{path} cannot be read", message) from None


def _unread(what: str, actual: str) -> Rejected:
    return Rejected(
        what,
        expected="the network that the last ndc up set out to build",
        actual=actual,
        next_step="restore it from a copy; or ndc up, which makes it anew",
    )
