"""``ndc up``: make the network exist and work as declared."""

from __future__ import annotations

from typing import Annotated

import typer

from ndc.cli.options import DEFAULT_PROFILE, Options, answer, confirmed, current, say


def up(
    context: typer.Context,
    profile: Annotated[
        str, typer.Option(help="Hosts per site, if the environment is new.")
    ] = DEFAULT_PROFILE,
) -> None:
    """Bring the environment's network up; run again, change only what differs."""
    from ndc.wiring import environment as environments
    from ndc.wiring.bring_up import bring_up

    options = current(context)
    name = options.environment
    confirmed(options, f"Bring environment {name} up?", _typed(options, profile))
    environment = (
        environments.opened(name)
        if environments.exists(name)
        else environments.create(name, profile=profile, inventory=options.inventory)
    )
    answer(bring_up(environment, say, inventory=options.inventory))


def _typed(options: Options, profile: str) -> str:
    return options.command("up", *([] if profile == DEFAULT_PROFILE else ["--profile", profile]))
