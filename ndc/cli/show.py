"""``ndc show``: what is declared, and what follows from it. Nothing is measured here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ndc import exits
from ndc.cli.options import answer, answer_json, current, say

if TYPE_CHECKING:
    from inventory.cells import Cells


class Topic(StrEnum):
    """What can be shown."""

    SITES = "sites"
    HOSTS = "hosts"
    LINKS = "links"
    RISKS = "risks"
    WORKLOADS = "workloads"
    POOLS = "pools"
    ADDRESSES = "addresses"
    PROMISES = "promises"
    OPERATORS = "operators"
    SCHEMA = "schema"


def show(
    context: typer.Context,
    topic: Annotated[Topic | None, typer.Argument(help="Nothing: the network at a glance.")] = None,
    word: Annotated[
        str | None, typer.Argument(help="Only rows that hold this word: a name, an address.")
    ] = None,
) -> None:
    """Print tables of the declared network; ``schema`` prints the JSON Schema for editors."""
    from inventory.cells import aligned
    from inventory.schema import schema_text
    from inventory.topics import TABLES
    from ndc.cli import declared

    if topic is Topic.SCHEMA:
        answer(schema_text().rstrip())
        return
    options = current(context)
    topics = [topic] if topic else [Topic.SITES, Topic.HOSTS, Topic.LINKS, Topic.WORKLOADS]
    network = declared.network(options)
    tables = {name.value: _holding(word, TABLES[name](network)) for name in topics}
    if options.as_json:
        answer_json(tables[topic.value] if topic else tables)
    if not any(tables.values()):
        say(_nothing(word, [TABLES[name](network) for name in topics]))
        raise typer.Exit(exits.NOTHING_CALLED_SO.number)
    if not options.as_json:
        answer("\n\n".join(aligned(rows) for rows in tables.values() if rows))


def _nothing(word: str | None, tables: list[list[Cells]]) -> str:
    from inventory.problems import nearest

    cells = (cell for rows in tables for row in rows for cell in row.values())
    words = {part for cell in cells for part in cell.split()}
    meant = nearest(word or "", words)
    sentence = f"nothing is called {word}" if word else "nothing is declared"
    return f"{sentence}; did you mean {meant}?" if meant else sentence


def _holding(word: str | None, rows: list[Cells]) -> list[Cells]:
    """Return the rows in which ``word`` stands; an address also without its prefix length."""
    if word is None:
        return rows
    return [
        row
        for row in rows
        if any(word in (part, part.split("/")[0]) for cell in row.values() for part in cell.split())
    ]
