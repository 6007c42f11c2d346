"""A voter in memory that speaks etcd's JSON gateway: ranges, and transactions that compare."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from access.clients.etcd import Etcd


@dataclass
class Gateway:
    """One quorum, and what it holds."""

    held: dict[str, str] = field(default_factory=dict)
    changes: int = 0
    """transactions that succeeded"""

    def etcd(self) -> Etcd:
        """Return a client of it."""
        return Etcd(httpx.Client(transport=httpx.MockTransport(self._answer)), ["https://voter"])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        match request.url.path:
            case "/v3/kv/range":
                return httpx.Response(200, json={"kvs": self._range(body)})
            case "/v3/kv/txn":
                return httpx.Response(200, json={"succeeded": self._changed(body)})
            case _:
                return httpx.Response(404, json={})

    def _range(self, body: Mapping[str, str]) -> list[dict[str, str]]:
        first = _plain(body["key"])
        end = _plain(body["range_end"]) if "range_end" in body else f"{first}\0"
        return [
            {"key": _coded(key), "value": _coded(value), "mod_revision": "1"}
            for key, value in sorted(self.held.items())
            if first <= key < end
        ]

    def _changed(self, body: Mapping[str, Any]) -> bool:
        if not all(self._holds(one) for one in body["compare"]):
            return False
        for change in body["success"]:
            put = change["request_put"]
            self.held[_plain(put["key"])] = _plain(put["value"])
        self.changes += 1
        return True

    def _holds(self, one: Mapping[str, str]) -> bool:
        found = self.held.get(_plain(one["key"]))
        return found is None if one["target"] == "CREATE" else found == _plain(one["value"])


def _coded(text: str) -> str:
    return b64encode(text.encode()).decode()


def _plain(coded: str) -> str:
    return b64decode(coded).decode()
