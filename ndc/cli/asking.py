"""Who asks: an operator with ``--as``, proved by a key; or else whoever is logged in."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from ndc.cli.options import current

if TYPE_CHECKING:
    import typer

    from core.runs.journal import Request, Wish
    from dr.live.run_folder import RunFolder


def asker(context: typer.Context, role: str = "operate") -> str:
    """Return who asks by this command: an operator, or a login, of which nothing is proved.

    Raises:
        PlanRefused: the operator is not declared, or has not ``role``.
    """
    from core.errors import PlanRefused
    from dr.live.signing import operator_called
    from ndc.cli.declared import running

    name = current(context).operator
    if name is None:
        return login()
    operator = operator_called(running(current(context))[1], name)
    if role not in operator.roles:
        raise PlanRefused(
            f"{name} may not {role}",
            expected=f"an operator with the role {role}",
            actual=", ".join(sorted(operator.roles)) or "no role",
            next_step="ndc show operators lists who may",
        )
    return name


def login() -> str:
    """Return who is logged in here, as far as the machine says."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def asked(
    context: typer.Context, folder: RunFolder, wish: Wish, *, reason: str = "", step: str = ""
) -> Request:
    """Return what this command asks of the run in ``folder``, signed if ``--as`` names somebody.

    Raises:
        PlanRefused: they are not declared, or have not the role.
        Rejected: nothing was signed.
    """
    from core.runs.journal import Request, Wish
    from core.runs.plan import StepId
    from core.system_clock import SystemClock

    options = current(context)
    by = asker(context, "approve" if wish is Wish.APPROVE else "operate")
    name = f"{SystemClock().now():%Y%m%d-%H%M%S-%f}-{wish}"
    place = StepId(step) if step else None
    request = Request(name, wish, by, reason, place, ticket=options.ticket)
    return _signed(context, folder, request) if options.operator else request


def _signed(context: typer.Context, folder: RunFolder, request: Request) -> Request:
    from access.secrets import Secrets
    from dr.live.signing import Signing
    from ndc.cli.declared import running

    environment, network = running(current(context))
    secrets = Secrets(environment.paths.secrets)
    return Signing(network, secrets, folder).signed(request, current(context).key)
