"""``ndc dr``: the voters, by whom everything is recorded."""

from __future__ import annotations

import typer

from ndc.cli.declared import running
from ndc.cli.options import confirmed, current, say


def add_to(app: typer.Typer) -> None:
    """Make ``app`` know the commands of this module."""
    app.command("make-room", help="Let etcd take writes again after its alarm NOSPACE.")(make_room)


def make_room(context: typer.Context) -> None:
    """Drop what was overwritten, have each voter give its room back, and take the alarm back."""
    from access import quorum_room
    from access.secrets.folder import Secrets
    from dr.live.voters import voters_as_root

    options = current(context)
    environment, network = running(options)
    secrets = Secrets(environment.paths.secrets)
    with voters_as_root(network, secrets, deadline=quorum_room.BOUND) as voters:
        if quorum_room.NO_SPACE not in voters.quorum.alarms():
            say("etcd has room: nothing is to be done")
            return
        confirmed(
            options,
            "each voter stands still for a moment, one after the other; go on?",
            options.command("dr", "make-room"),
        )
        for sentence in quorum_room.make_room(voters.quorum, voters.each):
            say(sentence)
