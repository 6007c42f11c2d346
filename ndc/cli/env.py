"""``ndc env``: whole networks, side by side, each with its own state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc.cli.options import (
    DEFAULT_PROFILE,
    answer,
    answer_json,
    concerning,
    confirmed,
    current,
    finish_list,
    say,
)

if TYPE_CHECKING:
    from ndc.wiring.environment import Description

app = typer.Typer(
    help="Make, list and destroy environments.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("create", help="Make an environment and bring its network up.")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Small letters, digits and dashes.")],
    profile: Annotated[str, typer.Option(help="How many hosts a site has.")] = DEFAULT_PROFILE,
    throwaway: Annotated[
        bool, typer.Option("--throwaway", help="For a test: keep less, be faster.")
    ] = False,
    bare: Annotated[bool, typer.Option("--no-up", help="Make it; bring nothing up yet.")] = False,
) -> None:
    """Make an environment from ``--inventory`` (the default network if not given)."""
    from ndc.wiring import new_environment
    from ndc.wiring.bring_up import bring_up

    options = current(context)
    with concerning(name):
        environment = new_environment.create(
            name, profile=profile, inventory=options.inventory, throwaway=throwaway
        )
        say(f"environment {name}: number {environment.description.number}, profile {profile}")
        if not bare:
            answer(bring_up(environment, say))


@app.command("list", help="List the environments of this checkout.")
def list_(context: typer.Context) -> None:
    """Print one line an environment."""
    from core.errors import NdcError
    from ndc.wiring import environment as environments

    descriptions: dict[str, Description] = {}
    damaged: list[NdcError] = []
    for name in environments.names():
        try:
            descriptions[name] = environments.opened(name).description
        except NdcError as error:
            damaged.append(error)
    if current(context).as_json:
        answer_json({name: one.model_dump(mode="json") for name, one in descriptions.items()})
    else:
        for name, one in descriptions.items():
            answer(f"{name:<21} {one.number:>3}  {one.profile:<10} {one.substrate}")
    finish_list("none yet; `ndc up` makes the default one", descriptions, damaged)


@app.command("destroy", help="Take an environment down and remove its folder, keys included.")
def destroy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As `ndc env list` shows it.")],
) -> None:
    """Destroy hosts, links, state, keys and journals of ``name``."""
    from ndc.wiring import environment as environments
    from ndc.wiring.take_down import take_down

    options = current(context)
    environment = environments.opened(name)
    confirmed(
        options,
        f"Destroy environment {name} with all its data, keys and journals?",
        f"ndc env destroy {name}",
    )
    with concerning(name):
        take_down(environment, say)
        environments.forget(environment)
    say(f"environment {name} is gone")
