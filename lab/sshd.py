"""Waits until a host answers SSH, and proves to have its own key."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

from core.clock import Clock, wait_until
from core.errors import Rejected
from lab.seed import fingerprint_of
from lab.tools import run
from stacks.resources import HostSpec

_PORT = 22
_BOUND = timedelta(seconds=60)
_PATIENCE_SECONDS = 1.0


def await_key(spec: HostSpec, is_on: Callable[[], bool], clock: Clock) -> None:
    """Return when the host of ``spec`` answers on its management address with its own key.

    Raises:
        Rejected: it answers with another key, or was switched off meanwhile.
        Unreachable: it did not answer in time.
    """
    address = spec.management.partition("/")[0]

    def key() -> str | None:
        if not is_on():
            raise Rejected(
                f"{spec.name} was switched off while it booted",
                expected="a host that is on",
                actual="off",
                next_step=f"ndc lab start {spec.name}",
            )
        return _key(address) if _greets(address) else None

    fingerprint = wait_until(clock, key, what=f"SSH on {spec.name} ({address})", bound=_BOUND)
    if fingerprint != spec.host_key:
        raise Rejected(
            f"{spec.name} does not prove to be itself",
            expected=f"an SSH host key with fingerprint {spec.host_key}",
            actual=f"{fingerprint} at {address}",
            next_step=f"see who answers at {address}; ndc up makes a host with a wrong key anew",
        )


def _greets(address: str) -> bool:
    """Whether an SSH server says its first line."""
    try:
        with socket.create_connection((address, _PORT), _PATIENCE_SECONDS) as connection:
            connection.settimeout(_PATIENCE_SECONDS)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _key(address: str) -> str | None:
    """Return the fingerprint of the key that is offered; None if it could not be had."""
    try:
        offer = run("ssh-keyscan", "-T", "5", "-t", "ed25519", address)
    except Rejected:
        return None
    return fingerprint_of(offer.partition(" ")[2]) or None
