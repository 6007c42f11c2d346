"""``ndc drill run --mode live`` and ``clean``: drills in the network itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

from ndc import exits
from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import answer, confirmed, current, say

if TYPE_CHECKING:
    from dr.drills.drill_report import DrillReport
    from dr.drills.live_drill import Appointment
    from inventory.model import DrillEntry
    from inventory.names import DrillName
    from ndc.wiring.live_drills import LiveDrills


def hold(context: typer.Context, name: DrillName, drill: DrillEntry, accept_loss: str) -> None:
    """Clean up after who was here before, ask, hold the drill, and print what it came to."""
    from core.system_clock import SystemClock
    from dr.drills.live_drill import Appointment, demand_accepted
    from ndc.wiring.beside_runs import demand_no_command
    from ndc.wiring.live_drills import LiveDrills

    options, clock = current(context), SystemClock()
    environment, network = running(options)
    who = identity(options)
    asked = Appointment(
        f"{clock.now():%Y%m%d-%H%M%S}-{name}",
        name,
        drill,
        who.demand(network, "operate"),
        accept_loss,
    )
    demand_accepted(asked)
    drills = LiveDrills(environment, network, who, clock, say)
    with drills.folder.alone(clock):
        demand_no_command(environment)
        drills.clean()
        question = f"{drill.title}: hold this drill in {network.environment}, for citizens to feel?"
        confirmed(options, question, options.command(*_words(asked)))
        try:
            report = drills.hold(asked)
        except KeyboardInterrupt:
            _end_stopped(drills, options.command("drill", "clean"))
    answer(_kept(drills, report, as_json=options.as_json))
    raise typer.Exit(0 if report.passed else exits.DRILL_FAILED.number)


def _kept(drills: LiveDrills, report: DrillReport, *, as_json: bool) -> str:
    """Keep ``report``, and return it as it is to be printed."""
    from dr.drills.drill_report import drill_json
    from dr.drills.drill_report_text import drill_report_text

    text, plain = drill_report_text(report), drill_json(report)
    drills.folder.keep_report(report.record.id, text, plain)
    return plain if as_json else text


def _words(asked: Appointment) -> list[str]:
    """Return what is typed to have it held."""
    accepted = ["--accept-loss", asked.accepted_loss] if asked.accepted_loss else []
    return ["drill", "run", asked.name, "--mode", "live", *accepted]


def _end_stopped(drills: LiveDrills, clean: str) -> NoReturn:
    """Say how all stands after ctrl-C, and exit so."""
    if drills.folder.unclean():
        say(f"\nstopped; not all that it took is given back. Next: {clean}")
    else:
        say("\nstopped; nothing is taken away any more")
    raise typer.Exit(exits.INTERRUPTED.number) from None


def clean_up(context: typer.Context) -> list[str]:
    """Return the drills that were left, each of them ended now."""
    from core.system_clock import SystemClock
    from ndc.wiring.live_drills import LiveDrills

    options, clock = current(context), SystemClock()
    environment, network = running(options)
    drills = LiveDrills(environment, network, identity(options), clock, say)
    with drills.folder.alone(clock):
        return drills.clean()
