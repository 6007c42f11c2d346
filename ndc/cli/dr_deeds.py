"""``ndc dr deeds``: what controllers did by themselves, and what kept them from it."""

from __future__ import annotations

import json

import typer

from ndc.cli.declared import running
from ndc.cli.options import answer, answer_json, current


def deeds(context: typer.Context) -> None:
    """Print one line a deed, oldest first (`--json` too); the last about each thing are kept."""
    from dr.live.deeds import Deeds
    from dr.watch.deeds import deed_text
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    with reached(environment, network) as live:
        done = Deeds(live.etcd, network).all()
    if options.as_json:
        answer_json([json.loads(deed_text(deed)) for deed in done])
        return
    for deed in done:
        answer(deed.sentence())
    if not done:
        answer("none: no controller did anything by itself")
