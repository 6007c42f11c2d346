"""``ndc doctor``: what this machine lacks to carry the lab."""

from __future__ import annotations

import typer

from ndc.cli.options import answer, answer_json, current


def doctor(context: typer.Context) -> None:
    """Look at the machine; touch nothing. Exit 0 if nothing is lacking, else 6."""
    from ndc.settings import settings
    from toolchain import doctor as look
    from toolchain.lab_needs import lab_needs

    findings = lab_needs(look.CHECKOUT, settings().cache)
    if current(context).as_json:
        answer_json([finding._asdict() for finding in findings])
    else:
        answer(look.told(findings))
    raise typer.Exit(look.exit_code(findings))
