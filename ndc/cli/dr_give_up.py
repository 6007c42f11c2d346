"""``ndc dr give-up``: let go of what a run holds that nobody can carry."""

from __future__ import annotations

import typer

from ndc.cli.asking import asked, identity
from ndc.cli.carrying import RunArgument
from ndc.cli.declared import running
from ndc.cli.dr import ReasonOption
from ndc.cli.options import answer, confirmed, current, say


def give_up(context: typer.Context, run: RunArgument, reason: ReasonOption = "") -> None:
    """Show what can be seen of what the run holds, ask, and let another run move it."""
    from access.secrets import Secrets
    from core.runs.journal import Wish
    from core.runs.plan import RunName
    from dr.live.giving_up import GivingUp
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    with reached(environment, network) as live:
        giving_up = GivingUp(live, RunName(run))
        for line in giving_up.look():
            say(f"    {line}")
        confirmed(options, f"give up {run}, as it stands?", options.command("dr", "give-up", run))
        carrier = giving_up.carrier(environment.paths.runs, Secrets(environment.paths.secrets))
        if carrier is None:
            say(f"{run} left no record: only what it holds is let go of")
            giving_up.release()
        else:
            request = asked(context, carrier.folder, Wish.GIVE_UP, reason=reason)
            giving_up.give_up(carrier, request)
    answer(f"{run} is given up: it holds nothing, and what it did stays as it is")
    say(f"next: {options.command('status')}; then a new plan")
