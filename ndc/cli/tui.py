"""``ndc tui``: the dashboard in this terminal."""

from __future__ import annotations

import locale
import os
import sys

import typer

from ndc import exits
from ndc.cli.declared import running
from ndc.cli.options import current, say


def tui(context: typer.Context) -> None:
    """Watch the network live; nothing here changes anything."""
    from monitors.look.feed import LiveFeed
    from ndc.wiring.snapshots import snapshot_taker
    from tui.app import Dashboard, FeedTrouble, SnapshotTaken
    from tui.picture import ASCII, UNICODE

    options = current(context)
    environment, network = running(options)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say(f"the dashboard needs a terminal; without one: {options.command('status')}")
        raise typer.Exit(exits.NO_TERMINAL.number)
    taker = snapshot_taker(environment, network)
    app = Dashboard(
        options.environment, taker.clock, UNICODE if _draws_unicode(os.environ) else ASCII
    )
    with LiveFeed(
        taker.take,
        lambda snapshot: app.post_message(SnapshotTaken(snapshot)),
        lambda sentence: app.post_message(FeedTrouble(sentence)),
    ):
        app.run()
    raise typer.Exit(app.return_code or 0)


def _draws_unicode(environment: os._Environ[str]) -> bool:
    """Whether the terminal can be trusted with more than ASCII."""
    return (
        environment.get("TERM") not in {"linux", "dumb", "vt100"}
        and "utf" in locale.getpreferredencoding(do_setlocale=False).lower()
    )
