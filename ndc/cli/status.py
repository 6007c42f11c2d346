"""``ndc status``: what is measured, and what could not be seen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.declared import running
from ndc.cli.options import addressed, answer, answer_json, current, say
from tui.topics import StatusTopic

if TYPE_CHECKING:
    from monitors.health.snapshot import Snapshot
    from monitors.look import SnapshotTaker

HANG = timedelta(minutes=4)
"""three times the longest thing to wait for, a cold start's last gate"""


def status(
    context: typer.Context,
    topic: Annotated[
        StatusTopic | None,
        typer.Argument(help="Show only this; the whole network is judged all the same."),
    ] = None,
    wait: Annotated[
        bool,
        typer.Option("--wait", help="First let settle what comes right without a person."),
    ] = False,
) -> None:
    """Show sites, hosts, links, quorum, databases, services, stores, alarms (`--json` too).

    Exits with 0 if all is green, 1 if something is degraded, 6 if something could not be seen.
    """
    from monitors.health.concerns import health_of
    from ndc.wiring.snapshots import snapshot_taker
    from tui.status_json import status_plain, topic_plain
    from tui.status_text import status_text, topic_text

    options = current(context)
    with snapshot_taker(*running(options)) as taker:
        snapshot = _settled(taker) if wait else taker.take()
    if options.as_json:
        answer_json(topic_plain(snapshot, topic) if topic else status_plain(snapshot))
    else:
        text = topic_text(snapshot, topic) if topic else status_text(snapshot)
        answer(addressed(text, options.environment))
    raise typer.Exit(health_of(snapshot).exit_code)


def _settled(taker: SnapshotTaker) -> Snapshot:
    """Return the second of two looks in a row that agree, and leave nothing to wait for.

    Gives up after a while, with what was seen last.
    """
    from monitors.health.concerns import concerns, is_settled

    began = taker.clock.elapsed()
    last_line, before = "", None
    while True:
        snapshot = taker.take()
        all_concerns = concerns(snapshot)
        conditions = {(concern.subject, concern.condition) for concern in all_concerns}
        if is_settled(snapshot) and conditions == before:
            return snapshot
        if taker.clock.elapsed() - began > HANG:
            say(f"gave up waiting after {HANG.total_seconds():.0f} s")
            return snapshot
        before = conditions
        open_ = [concern for concern in all_concerns if concern.is_unexplained]
        if (
            open_
            and (line := f"{len(open_)} to come right, first: {open_[0].subject}") != last_line
        ):
            say(last_line := line)
        taker.clock.sleep(timedelta(seconds=1))
