"""``ndc dr reseed`` and ``kept``: members of a database, and what only they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import NdcError
from ndc.cli.asking import identity
from ndc.cli.declared import running
from ndc.cli.options import answer, answer_json, confirmed, current, finish_list, say

if TYPE_CHECKING:  # `ndc --help` needs none of them
    from dr.admission import Beside
    from dr.live.reseeding import Reseeding
    from dr.logs.tail import Tail


def reseed(
    context: typer.Context,
    database: Annotated[str, typer.Argument(help="As in the inventory.")],
    host: Annotated[str, typer.Argument(help="Where the copy lies.")],
) -> None:
    """Keep what only this copy holds, show it, ask; remove it; wait until the new one follows."""
    from dr.planning.reseed import database_in, demand_kept
    from inventory.names import HostName
    from ndc.wiring.beside_runs import demand_unclaimed
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    identity(options).demand(network, "operate")
    asked = database_in(network, database, host)
    with reached(environment, network) as live:
        copy = live.reseeding(asked, HostName(host))
        leader = copy.leader()
        tail = copy.keep(leader)
        demand_kept(tail)
        if tail:
            for sentence in _of_tail(tail, copy.beside()):
                say(sentence)
        question = f"remove the copy of {database} on {host}, and make it anew from {leader}?"
        confirmed(options, question, options.command("dr", "reseed", database, host))
        demand_unclaimed(network, live.doors.records)
        # a person takes their time
        demand_kept(copy.keep(copy.leader()))
        copy.make(live.clock, say)
    answer(f"{host} follows {leader}, with a new copy of {database}")


def kept(
    context: typer.Context,
    database: Annotated[
        str | None, typer.Argument(help="As in the inventory; all where none is named.")
    ] = None,
) -> None:
    """Show of each host which commits and rows it alone had, by their keys; change nothing."""
    from dr.planning.reseed import database_called
    from ndc.wiring.doors import reached

    options = current(context)
    environment, network = running(options)
    asked = [database_called(network, database)] if database else network.databases
    with reached(environment, network) as live:
        answers = {
            (one.name, member.host): _seen(live.reseeding(one, member.host))
            for one in asked
            for member in one.members
        }
    if options.as_json:
        answer_json(
            [
                {"database": name, "host": host, **_plain(beside)}
                for (name, host), beside in answers.items()
            ]
        )
    else:
        for (name, host), beside in answers.items():
            for sentence in _sentences(name, host, beside):
                answer(sentence)
    silent = [beside for beside in answers.values() if isinstance(beside, NdcError)]
    finish_list("no database is declared", answers, silent)


def _seen(copy: Reseeding) -> Beside | NdcError:
    try:
        return copy.beside()
    except NdcError as error:
        return error


def _plain(beside: Beside | NdcError) -> dict[str, Any]:
    if isinstance(beside, NdcError):
        return {"unknown": beside.what}
    tails = [
        {"tail": asdict(tail), "rows": rows.plain() if rows else None}
        for tail, rows in ((tail, beside.rows.get(tail.name)) for tail in beside.tails)
    ]
    return {"apart": beside.is_apart, "kept": tails}


def _sentences(database: str, host: str, beside: Beside | NdcError) -> Iterator[str]:
    if isinstance(beside, NdcError):
        yield f"what {host} keeps of {database} is not known"
    elif beside.tails:
        for tail in beside.tails:
            yield from _of_tail(tail, beside)
    else:
        yield f"{host} keeps nothing of {database}"


def _of_tail(tail: Tail, beside: Beside) -> Iterator[str]:
    yield tail.sentence()
    yield from (f"    {sentence}" for sentence in beside.sentences(tail))
