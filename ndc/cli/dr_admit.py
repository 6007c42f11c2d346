"""``ndc dr admit``: look at what returned hosts would bring back, and let them take part again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dr.live.doors import Live
    from inventory.names import HostName
    from ndc.wiring.environment import Environment


def admit(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Hosts, or sites or regions of such.")],
) -> None:
    """Keep what only they hold, show it, ask, and admit them; a lost vote is given back."""
    from dr.losses import hosts_named
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
            demand_unclaimed(network, live.doors.records, say)
            admitting = live.admitting(waiting)
            for sentence in admitting.look():
                say(f"    {sentence}")
            question = f"let {', '.join(waiting)} take part again?"
            confirmed(options, question, options.command("dr", "admit", *names))
            for sentence in admitting.admit():
                say(sentence)
            answer(f"admitted: {', '.join(waiting)}")
        else:
            say(f"nothing of {' and '.join(names)} waits for admission")
        for sentence in _voting_again(environment, live, named):
            say(sentence)


def _voting_again(environment: Environment, live: Live, hosts: Iterable[HostName]) -> Iterator[str]:
    """Give each voter among ``hosts`` its vote back that was taken out, one after the other."""
    from access.secrets.folder import Secrets
    from dr.live.voters import replacement

    votes = live.doors.votes.votes()
    for host in sorted(set(hosts) & set(live.network.voters) - votes.keys()):
        secrets = Secrets(environment.paths.secrets)
        with replacement(live.network, secrets, host, live.clock) as voter:
            yield from voter.carry_out()
