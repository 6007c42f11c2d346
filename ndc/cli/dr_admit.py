"""``ndc dr admit``: look at what returned hosts would bring back, and let them take part again."""

from __future__ import annotations

from typing import Annotated

import typer

from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import answer, confirmed, current, say


def admit(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Hosts, or sites or regions of such.")],
) -> None:
    """Keep what only they hold, show it, ask, and admit them; a lost vote is given back."""
    from access.secrets import Secrets
    from dr.live.voters import votes_given_back
    from dr.planning.losses import hosts_named
    from ndc.wiring.beside_runs import demand_unclaimed
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    named = hosts_named(network, names)
    with reached(environment, network) as live:
        standing = live.doors.exclusions.excluded()
        waiting = {host: standing[host] for host in sorted(named) if host in standing}
        if waiting:
            demand_unclaimed(network, live.doors.records)
            admitting = live.admitting(waiting)
            for sentence in admitting.look(rows=True):
                say(f"    {sentence}")
            question = f"let {', '.join(waiting)} take part again?"
            confirmed(options, question, options.command("dr", "admit", *names))
            # a person takes their time, and a run may have given the same hosts up anew
            demand_unclaimed(network, live.doors.records)
            for sentence in admitting.admit():
                say(sentence)
            answer(f"admitted: {', '.join(waiting)}")
        else:
            say(f"nothing of {' and '.join(names)} waits for admission")
        secrets, votes = Secrets(environment.paths.secrets), live.doors.votes.votes()
        for sentence in votes_given_back(network, secrets, votes, named, live.clock):
            say(sentence)
