"""Keys of etcd, read where a loop runs: nearest voter first, within one deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx

from access.clients.etcd import KeyValue, key_values, range_of, range_under
from access.clients.http import look_async
from core.errors import NotSeen


class QuorumKeys:
    """What one account of etcd may read; every answer is what a quorum knows now.

    A voter that failed is asked last the next time.
    """

    def __init__(
        self, over: httpx.AsyncClient, roots: Sequence[str], auth: httpx.Auth, patience: timedelta
    ) -> None:
        """Keep what is needed to ask; ``roots`` are the voters', the nearest first.

        Each of them has ``patience`` to answer.
        """
        self._over = over
        self._roots = tuple(roots)
        self._auth = auth
        self._patience = patience

    async def under(self, prefix: str) -> list[KeyValue]:
        """Return every key that begins with ``prefix``, sorted.

        Raises:
            NotSeen: no quorum answered; or, where it ``refused``, we may not read them.
        """
        return await self._range(range_under(prefix))

    async def names_under(self, prefix: str) -> list[str]:
        """Return what every key is called that begins with ``prefix``, sorted; raises as above."""
        pairs = await self._range({**range_under(prefix), "keys_only": True})
        return [pair.key for pair in pairs]

    async def get(self, key: str) -> KeyValue | None:
        """Return ``key``, or None if it is absent; raises as above."""
        return next(iter(await self._range(range_of(key))), None)

    async def _range(self, body: Mapping[str, Any]) -> list[KeyValue]:
        failure = NotSeen("there is no voter to ask", refused=False, next_step="ndc show promises")
        for root in self._roots:
            url = f"{root}/v3/kv/range"
            try:
                answer = await look_async(
                    self._over, url, deadline=self._patience, body=body, auth=self._auth
                )
            except NotSeen as error:
                failure = error
                self._roots = (*(other for other in self._roots if other != root), root)
            else:
                return key_values(answer)
        raise failure
