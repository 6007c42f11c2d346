"""``ndc dr hold`` and ``release``: the lever under which nothing starts by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from dr.live.doors import Live


def add_to(app: typer.Typer) -> None:
    """Make ``app`` know the commands of this module."""
    app.command("hold", help="Pull the safety lever: nothing starts by itself.")(hold)
    app.command("release", help="Let the safety lever go.")(release)


def hold(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Shown wherever the lever is.")],
) -> None:
    """Pull the lever, in the name of whoever asks; what a person starts may still start."""
    from core.system_clock import SystemClock
    from dr.watch.lever import Hold
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    who = identity(options)
    fields = {
        "env": str(options.environment),
        "by": who.demand(network, "operate"),
        "command": f"ndc dr hold --reason {reason}",
        "ticket": who.ticket,
    }
    proof = who.proof_of(network, environment.paths.secrets, fields)
    with reached(environment, network) as live:
        standing = live.lever.hold()
        if standing is not None:
            say(f"the lever is {standing.sentence()}: nothing is to be done")
            return
        pulled = Hold(
            fields["by"],
            SystemClock().now(),
            reason,
            who.ticket,
            proof.get("key"),
            proof.get("signature"),
        )
        live.lever.pull(pulled)
    answer(f"nothing starts by itself: the lever is {pulled.sentence()}")
    say(f"let it go with: {options.command('dr', 'release')}")


def warn_if_held(live: Live) -> None:
    """Say that the lever is pulled, to whoever starts something all the same."""
    from core.errors import NdcError

    try:
        standing = live.lever.hold()
    except NdcError as error:
        say(f"whether the lever is pulled cannot be told: {error.what}")
        return
    if standing is not None:
        say(f"warning: the lever is {standing.sentence()}; what you start starts all the same")


def release(context: typer.Context) -> None:
    """Ask; let the lever go."""
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    with reached(environment, network) as live:
        confirmed(options, "let the lever go?", options.command("dr", "release"))
        was_pulled = live.lever.release()
    answer("the lever is let go" if was_pulled else "nobody holds the lever")
