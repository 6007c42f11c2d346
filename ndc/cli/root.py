"""``ndc``: the root of the command tree, and the options that hold for all of it."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from inventory.names import EnvironmentName
from ndc.cli import (
    audit,
    audited,
    check,
    doctor,
    down,
    dr,
    dr_admit,
    dr_attest,
    dr_deeds,
    dr_evidence,
    dr_give_up,
    dr_hold,
    dr_members,
    dr_moves,
    dr_voters,
    drill,
    env,
    lab,
    logs,
    options,
    show,
    ssh,
    status,
    tui,
    up,
)

app = typer.Typer(
    help="Provision, watch and recover a network of national data centres.",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich costs 0.3 s, more than all else of --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("check", help="Find every problem in the inventory; touch nothing.")(check.check)
app.command("show", help="Show what is declared and what follows from it.")(show.show)
app.command("up", help="Make the network exist and work as declared.")(up.up)
app.command("status", help="Show what is measured: sites, hosts, links.")(status.status)
app.command("down", help="Destroy hosts, links and their data; keep the folder.")(down.down)
app.command("doctor", help="Say what this machine lacks.")(doctor.doctor)
app.command("audit", help="Show who changed what, and whether that record is whole.")(audit.audit)
app.command("ssh", help="Open a shell on a host, or run one command there.")(ssh.ssh)
app.command("logs", help="Show the environment's logs, newest last.")(logs.logs)
app.command("tui", help="Watch the network live; read only.")(tui.tui)
app.add_typer(env.app, name="env")
app.add_typer(lab.app, name="lab")
dr.app.command("plan", help="Print what a move would do, and keep it; touch nothing.")(
    dr_moves.plan
)
dr.app.command("switchover", help="Move services with their databases elsewhere, nothing lost.")(
    dr_moves.switchover
)
dr.app.command("failover", help="Have other sites serve what a lost host, site or region served.")(
    dr_moves.failover
)
dr.app.command("failback", help="Move services home, once their homes are well again.")(
    dr_moves.failback
)
dr.app.command("admit", help="Let hosts take part again that were given up.")(dr_admit.admit)
dr.app.command("attest", help="Say, with your key, that lost hosts are off.")(dr_attest.attest)
dr.app.command("give-up", help="Let go of what a run holds that nobody can carry.")(
    dr_give_up.give_up
)
dr_voters.add_to(dr.app)
dr.app.command("deeds", help="List what controllers did by themselves.")(dr_deeds.deeds)
dr_hold.add_to(dr.app)
dr_evidence.add_to(dr.app)
dr.app.command("reseed", help="Remove a copy of a database, and make it anew from its leader.")(
    dr_members.reseed
)
dr.app.command("kept", help="Show what only lost copies of databases had, row by row.")(
    dr_members.kept
)
app.add_typer(dr.app, name="dr")
app.add_typer(drill.app, name="drill")


def _version(*, wanted: bool) -> None:
    if wanted:
        options.answer(f"ndc {metadata.version('ndc')}")
        raise typer.Exit


def _environment(name: str) -> str:
    from access.paths import NAMES

    if not NAMES.fullmatch(name):
        raise typer.BadParameter(
            f'"{name}" cannot name an environment: a small letter, then small letters, digits '
            "and dashes, 21 at most"
        )
    return name


@app.callback()
def root(
    context: typer.Context,
    environment: Annotated[
        str,
        typer.Option(
            "--env", envvar="NDC_ENV", callback=_environment, help="The environment to work on."
        ),
    ] = options.DEFAULT_ENVIRONMENT,
    inventory: Annotated[
        Path | None,
        typer.Option("--inventory", envvar="NDC_INVENTORY", help="A folder of declared YAML."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    operator: Annotated[
        str | None,
        typer.Option("--as", envvar="NDC_AS", help="Who asks; proved by that operator's key."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", envvar="NDC_KEY", help="The SSH key that proves it.")
    ] = None,
    ticket: Annotated[str, typer.Option("--ticket", help="Kept with what is changed.")] = "",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,  # noqa: ARG001 - read by ndc.__main__
    version: Annotated[  # noqa: ARG001 - the callback answers
        bool, typer.Option("--version", callback=lambda value: _version(wanted=value))
    ] = False,
) -> None:
    """Keep the common options for the command that follows."""
    context.with_resource(options.concerning(environment))
    context.obj = options.Options(
        EnvironmentName(environment), inventory, as_json, yes, operator, key, ticket
    )
    context.with_resource(audited.audited(context, context.obj, options.typed_words()))
