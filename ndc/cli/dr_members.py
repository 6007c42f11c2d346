"""``ndc dr reseed``: what is done to one member of a database."""

from __future__ import annotations

from typing import Annotated

import typer

from ndc.cli.declared import running
from ndc.cli.options import answer, confirmed, current, say


def reseed(
    context: typer.Context,
    database: Annotated[str, typer.Argument(help="As in the inventory.")],
    host: Annotated[str, typer.Argument(help="Where the copy lies.")],
) -> None:
    """Ask; keep what only this copy holds; remove it, and wait until the new one follows."""
    from dr.reseed import database_in, demand_kept
    from inventory.names import HostName
    from ndc.wiring.beside_runs import demand_unclaimed
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    asked = database_in(network, database, host)
    with reached(environment, network) as live:
        copy = live.reseeding(asked, HostName(host))
        leader = copy.leader()
        question = f"remove the copy of {database} on {host}, and make it anew from {leader}?"
        confirmed(options, question, options.command("dr", "reseed", database, host))
        demand_unclaimed(network, live.doors.records, say)
        tail = copy.keep(leader)
        demand_kept(tail)
        if tail:
            say(tail.sentence())
        copy.make(live.clock, say)
    answer(f"{host} follows {leader}, with a new copy of {database}")
