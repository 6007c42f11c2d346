"""The settings that all Patronis of a database share, as text in etcd and by their REST."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from access.clients.http import look_async
from access.clients.patroni import strange
from inventory.promises import LastCopy

_STOPS: Final = "synchronous_mode_strict"


def last_copy(text: str) -> LastCopy | None:
    """Return what a leader does without a copy to wait for, by the settings ``text``.

    None: it cannot be read.
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _of(fields)


def with_last_copy(text: str, last_copy: LastCopy) -> str:
    """Return the settings ``text``, which can be read, with ``last_copy`` and all else as it is."""
    fields = json.loads(text) | {_STOPS: last_copy is LastCopy.BLOCK}
    return json.dumps(fields, separators=(",", ":"))


async def last_copy_async(over: httpx.AsyncClient, root: str, *, deadline: timedelta) -> LastCopy:
    """Return what the Patroni under ``root`` does without a copy to wait for, if it leads.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/config"
    does = _of(await look_async(over, url, deadline=deadline))
    if does is None:
        raise strange(url, f"settings with {_STOPS}", "another word for it")
    return does


def _of(fields: Any) -> LastCopy | None:
    stops = fields.get(_STOPS, False) if isinstance(fields, Mapping) else None
    if not isinstance(stops, bool):
        return None
    return LastCopy.BLOCK if stops else LastCopy.CONTINUE
