"""Whether a voter takes part in the quorum."""

from __future__ import annotations

from datetime import timedelta

import httpx

from access.clients.json_get import get_json
from core.errors import WorldError


async def is_healthy(client: httpx.AsyncClient, root: str, *, deadline: timedelta) -> bool:
    """Return whether the voter at ``root`` can read with a majority; False: it is alone.

    Raises:
        Rejected, Unreachable: the voter itself does not answer.
    """
    # a read that needs a majority answers both questions at once, where it answers; without a
    # majority it may hang, so the voter is then asked for what it can answer alone
    try:
        answer = await get_json(client, f"{root}/health", deadline=deadline / 2)
    except WorldError:
        await get_json(client, f"{root}/health?serializable=true", deadline=deadline / 2)
        return False
    match answer:
        case {"health": str(health)}:
            return health == "true"
        case _:
            return False
