"""``ndc check``: say whether the declared inventory can be built, or why not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from ndc.cli.options import answer, answer_json, current

if TYPE_CHECKING:
    from inventory.network import Network


def check(context: typer.Context) -> None:
    """Print one line if the inventory is in order; else every problem, and exit with 3."""
    from inventory.problems import InventoryProblems
    from ndc.cli import declared

    options = current(context)
    try:
        network = declared.network(options)
    except InventoryProblems as found:
        if options.as_json:
            answer_json({"ok": False, "problems": [one.plain() for one in found.problems]})
        else:
            answer("\n".join(found.lines(snippet=sys.stdout.isatty())))
        raise typer.Exit(found.exit_code) from None
    if options.as_json:
        answer_json({"ok": True, "problems": [], "digest": network.digest, **_counts(network)})
    else:
        counts = ", ".join(
            f"{count} {what if count != 1 else what.removesuffix('s')}"
            for what, count in _counts(network).items()
        )
        answer(f"in order: {counts}; profile {network.profile}, digest {network.digest[:12]}")


def _counts(network: Network) -> dict[str, int]:
    return {
        "sites": len(network.sites),
        "hosts": len(network.hosts),
        "links": len(network.links),
        "voters": len(network.voters),
        "databases": len(network.databases),
        "services": len(network.services),
    }
