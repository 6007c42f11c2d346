"""``ndc up``: make the network exist and work as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ndc import exits
from ndc.cli.options import DEFAULT_PROFILE, Options, addressed, answer, confirmed, current, say

if TYPE_CHECKING:
    from ndc.wiring.environment import Environment


def up(
    context: typer.Context,
    profile: Annotated[
        str, typer.Option(help="Hosts per site, if the environment is new.")
    ] = DEFAULT_PROFILE,
    and_lose: Annotated[
        list[str] | None,
        typer.Option("--and-lose", help="A service, database or host that goes; once for each."),
    ] = None,
    new_image: Annotated[
        bool,
        typer.Option("--new-image", help="Restart hosts on the newest golden image; data stays."),
    ] = False,
) -> None:
    """Bring the environment's network up; run again, change only what differs."""
    from ndc.wiring import environment as environments
    from ndc.wiring import new_environment
    from ndc.wiring.bring_up import bring_up

    options = current(context)
    name = options.environment
    losing = frozenset(and_lose or ())
    environment = environments.opened(name) if environments.exists(name) else None
    _demand_named(options, environment, losing)
    question = f"Bring environment {name} up?"
    if new_image:
        question += (
            " Each host on an older golden image restarts, one after the other, who leads or serves"
            " last; it keeps its data, and a service is silent while its only host restarts."
        )
    command = _typed(options, profile, losing)
    confirmed(options, question, f"{command} --new-image" if new_image else command)
    if environment is None:
        environment = new_environment.create(name, profile=profile, inventory=options.inventory)
    summary = bring_up(
        environment,
        lambda text: say(addressed(text, name)),
        inventory=options.inventory,
        losing=losing,
        new_image=new_image,
    )
    answer(addressed(summary, name))


def _demand_named(
    options: Options, environment: Environment | None, losing: frozenset[str]
) -> None:
    """Return if ``losing`` is just what the inventory takes away; ``--yes`` does not cover that.

    Raises:
        typer.Exit: with 2; nothing was touched, and the command to type was told.
    """
    from ndc.wiring.taking_away import removals_text, what_goes

    goes = what_goes(environment, inventory=options.inventory) if environment else ()
    if {removal.name for removal in goes} == losing:
        return
    names = frozenset(removal.name for removal in goes)
    say(removals_text(goes) if goes else "nothing was touched: nothing of that name goes")
    say(f"if that is meant:\n    {_typed(options, DEFAULT_PROFILE, names)}")
    raise typer.Exit(exits.NOT_NAMED.number)


def _typed(options: Options, profile: str, losing: frozenset[str]) -> str:
    of_profile = [] if profile == DEFAULT_PROFILE else ["--profile", profile]
    of_removals = [word for name in sorted(losing) for word in ("--and-lose", name)]
    return options.command("up", *of_profile, *of_removals)
