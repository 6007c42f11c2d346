"""Who asks: an operator with ``--as``, proved by a key; or else whoever is logged in."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from ndc.cli.options import Options, current

if TYPE_CHECKING:
    import typer

    from core.runs.journal import Request, Wish
    from dr.live.asking import Identity
    from dr.live.run_folder import RunFolder
    from dr.live.signing import Signing


def identity(options: Options) -> Identity:
    """Return who types this command."""
    from dr.live.asking import Identity

    return Identity(options.operator, login(), options.key, options.ticket)


def login() -> str:
    """Return who is logged in, as far as this machine knows."""
    if behind := os.environ.get("SUDO_USER"):
        return behind
    try:
        return getpass.getuser()
    except KeyError:  # a user whom the machine does not know
        return f"user {os.geteuid()}"


def signing(context: typer.Context, folder: RunFolder) -> Signing:
    """Return what signs and verifies for the run in ``folder``."""
    from access.secrets import Secrets
    from dr.live.signing import Signing
    from ndc.wiring.environment import opened
    from ndc.wiring.running_network import running

    environment = opened(current(context).environment)
    network = running(environment, lambda _: None)
    return Signing(network, Secrets(environment.paths.secrets), folder)


def asked(
    context: typer.Context, folder: RunFolder, wish: Wish, *, reason: str = "", step: str = ""
) -> Request:
    """Return what this command asks of the run in ``folder``, as ``Identity.asks`` does."""
    from core.system_clock import SystemClock

    now = SystemClock().now()
    who = identity(current(context))
    return who.asks(signing(context, folder), wish, now, reason=reason, step=step)
