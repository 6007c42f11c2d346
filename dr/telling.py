"""Has every database be told what is declared that it does without a copy to wait for."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import NotSeen
from dr.doors import Doors
from dr.looks import if_seen
from inventory.names import ServiceName
from inventory.network import Database, Network
from inventory.promises import LastCopy


def tell_last_copies(network: Network, doors: Doors) -> tuple[str, ...]:
    """Have every database of ``network`` be told what is declared; return what it was not, and why.

    One that nobody led yet begins with what is declared. What a run holds is left to the run. One
    of which no copy is seen to confirm is not told to stop: it would, at once.

    Raises:
        Rejected: its claim or its settings changed meanwhile.
        NotSeen: a voter or a Patroni refuses us.
        Unreachable: one of them did not answer; the same call goes on from there.
    """
    try:
        return tuple(
            f"{database.name} is not told to {database.last_copy} without a copy: {why}"
            for database in network.databases
            for why in _told(network, doors, database)
        )
    except NotSeen as error:
        if error.refused:
            raise
        raise error.of_a_change() from error


def _told(network: Network, doors: Doors, database: Database) -> Iterator[str]:
    """Tell it, unless it was; yield why it may not be told."""
    door = doors.database
    if door.last_copy(database.name) in {database.last_copy, None}:
        return
    service = _service_on(network, database)
    if service is None:
        yield "no service keeps its data there, so nobody could hold it meanwhile"
        return
    claim = doors.records.claim(service)
    if claim.run:
        yield f"{claim.run} holds it"
    elif database.last_copy is LastCopy.BLOCK and not _has_a_copy(doors, database):
        yield "none is seen to confirm, so it would stop at once"
    else:
        door.set_last_copy(database.name, database.last_copy, service, claim)


def _service_on(network: Network, database: Database) -> ServiceName | None:
    return next((s.name for s in network.services if s.database == database.name), None)


def _has_a_copy(doors: Doors, database: Database) -> bool:
    members = if_seen(lambda: doors.database.members(database.name)) or {}
    return any(member.synchronous and member.streams for member in members.values())
