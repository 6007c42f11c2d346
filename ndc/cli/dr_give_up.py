"""``ndc dr give-up``: let go of what a run holds that nobody can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ndc.cli.asking import asked
from ndc.cli.declared import running
from ndc.cli.dr import ReasonOption, RunArgument, whole
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from dr.live.carrier import Carrier
    from dr.live.doors import Live


def give_up(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Show what can be seen of what the run holds, ask, and let another run move it."""
    from core.runs.journal import Request, Wish
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from dr.live.giving_up import GivingUp
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    with reached(environment, network) as live:
        giving_up = GivingUp(live, RunName(run), SystemClock())
        for line in giving_up.look():
            say(f"    {line}")
        confirmed(options, f"give up {run}, as it stands?", options.command("dr", "give-up", run))
        carrier = _carrier(context, live, run)
        request = (
            asked(context, carrier.folder, Wish.GIVE_UP, reason=reason)
            if carrier
            else Request("give-up", Wish.GIVE_UP, "nobody", reason)
        )
        giving_up.give_up(carrier, request)
    answer(f"{run} is given up: it holds nothing, and what it did stays as it is")
    say(f"next: {options.command('status')}; then a new plan")


def _carrier(context: typer.Context, live: Live, run: str) -> Carrier | None:
    """Return what reaches the journal of ``run``; None: there is none, here or in etcd."""
    from access.secrets import Secrets
    from core.errors import PlanRefused
    from core.system_clock import SystemClock
    from dr.live.carrier import Carrier
    from dr.live.signing import Signing
    from ndc.wiring.environment import opened

    secrets = Secrets(opened(current(context).environment).paths.secrets)
    try:
        folder = whole(context, run)
    except PlanRefused as error:
        say(f"{error.what}: only what it holds is let go of")
        return None
    return Carrier(live, folder, SystemClock(), Signing(live.network, secrets, folder))
