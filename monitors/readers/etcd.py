"""Whether a voter takes part in the quorum."""

from __future__ import annotations

from datetime import timedelta

import httpx

from access.clients.http import look_async
from core.errors import NotSeen

_WHATEVER_SPACE = "exclude=NOSPACE"
"""with that alarm a voter calls itself ill, and votes and reads as well as ever"""


async def is_healthy(client: httpx.AsyncClient, root: str, *, deadline: timedelta) -> bool:
    """Return whether the voter at ``root`` can read with a majority; False: it is alone.

    A reader looks once, within ``deadline``, and touches nothing. What it saw it returns; what it
    could not see it raises. It is never a default::

        healthy = await etcd.is_healthy(client, "https://10.0.1.5:2379", deadline=DEADLINE)

    Raises:
        NotSeen: the voter itself does not answer.
    """
    # a read that needs a majority answers both questions at once, where it answers; without a
    # majority it may hang, so the voter is then asked for what it can answer alone
    try:
        answer = await look_async(client, f"{root}/health?{_WHATEVER_SPACE}", deadline=deadline / 2)
    except NotSeen:
        await look_async(
            client, f"{root}/health?serializable=true&{_WHATEVER_SPACE}", deadline=deadline / 2
        )
        return False
    match answer:
        case {"health": str(health)}:
            return health == "true"
        case _:
            return False
