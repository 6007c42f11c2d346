"""``ndc dr``: the voters, by whom everything is recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import confirmed, current, say


def add_to(app: typer.Typer) -> None:
    """Make ``app`` know the commands of this module."""
    app.command("make-room", help="Let etcd take writes again after its alarm NOSPACE.")(make_room)
    app.command("replace-voter", help="Make a voter that lost its data vote again.")(replace_voter)


def make_room(context: typer.Context) -> None:
    """Drop what was overwritten, have each voter give its room back, and take the alarm back."""
    from access import quorum_room
    from access.secrets.folder import Secrets
    from dr.live.voters import voters_as_root

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    secrets = Secrets(environment.paths.secrets)
    with voters_as_root(network, secrets, deadline=quorum_room.BOUND) as voters:
        if not quorum_room.lacks_room(voters):
            say("etcd has room: nothing is to be done")
            return
        question = "each voter stands still for a moment, one after the other; go on?"
        confirmed(options, question, options.command("dr", "make-room"))
        for sentence in quorum_room.make_room(voters):
            say(sentence)


def replace_voter(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="A voter, as `ndc show promises` names it.")],
) -> None:
    """Take its member out, add it as a learner, start it empty, promote it when it is in step."""
    from access.secrets.folder import Secrets
    from core.system_clock import SystemClock
    from dr.live.voters import replacement

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    secrets = Secrets(environment.paths.secrets)
    with replacement(network, secrets, host, SystemClock()) as voter:
        if voter.well().get(voter.seat.host):
            say(f"{host} votes: nothing is to be done")
            return
        question = f"drop what etcd holds on {host}, and begin it anew?"
        confirmed(options, question, options.command("dr", "replace-voter", host))
        for sentence in voter.carry_out():
            say(sentence)
