"""Whether a voter takes part in the quorum, and takes writes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import httpx

from access.clients.http import look_async
from core.errors import NotSeen

_WHATEVER_SPACE = "exclude=NOSPACE"
"""with that alarm a voter calls itself ill, and votes and reads as well as ever"""


@dataclass(frozen=True, slots=True)
class VoterHealth:
    """How one voter is, by its own word."""

    votes: bool
    """whether it can read with a majority; False: it is alone"""
    has_room: bool | None
    """False: the space of etcd's database is used up, and it takes no writes; None: not told"""


async def voter_health(client: httpx.AsyncClient, root: str, *, deadline: timedelta) -> VoterHealth:
    """Return how the voter at ``root`` is.

    A reader looks once, within ``deadline``, and touches nothing. What it saw it returns; what it
    could not see it raises. It is never a default::

        health = await etcd.voter_health(client, "https://10.0.1.5:2379", deadline=DEADLINE)

    Raises:
        NotSeen: the voter itself does not answer.
    """
    # a read that needs a majority answers all questions at once, where all is well; without a
    # majority it may hang, so the voter is then asked for what it can answer alone
    whole, alone = f"{root}/health", f"{root}/health?serializable=true&{_WHATEVER_SPACE}"
    try:
        votes = _says_yes(await look_async(client, whole, deadline=deadline / 2))
        return VoterHealth(votes, has_room=True if votes else None)
    except NotSeen as error:
        said_no = error.refused
    with suppress(NotSeen):
        if said_no:
            url = f"{whole}?{_WHATEVER_SPACE}"
            votes = _says_yes(await look_async(client, url, deadline=deadline / 2))
            return VoterHealth(votes, has_room=False if votes else None)
    await look_async(client, alone, deadline=deadline / 2)
    return VoterHealth(votes=False, has_room=None)


def _says_yes(answer: object) -> bool:
    match answer:
        case {"health": str(health)}:
            return health == "true"
        case _:
            return False
