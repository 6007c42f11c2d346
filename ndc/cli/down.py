"""``ndc down``: destroy what runs, keep the environment's folder."""

from __future__ import annotations

import typer

from ndc.cli.options import confirmed, current, say


def down(context: typer.Context) -> None:
    """Destroy stacks, hosts and their overlays, databases included."""
    from ndc.wiring import environment as environments
    from ndc.wiring.beside_runs import demand_no_run
    from ndc.wiring.take_down import take_down

    options = current(context)
    environment = environments.opened(options.environment)
    demand_no_run(environment, say)
    confirmed(
        options,
        f"Destroy all hosts of {options.environment} and the data on them?",
        options.command("down"),
    )
    take_down(environment, say)
    name = options.environment
    say(f"{name} is down; {environment.paths.root} stays until: ndc env destroy {name}")
