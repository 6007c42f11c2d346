"""The voters' JSON gateway, as far as ``access.clients.etcd`` asks it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from tests.stubs.https import Asked, Reply

_TOKEN = "token-of-this-quorum"  # noqa: S105 - a name


class StubEtcd:
    """One store behind every voter."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords
        self._values: dict[bytes, bytes] = {}
        self._created: dict[bytes, int] = {}
        self._changed: dict[bytes, int] = {}
        self._revision = 1

    def answer(self, asked: Asked) -> Reply:
        """Answer one request of a client that showed a certificate."""
        if asked.path == "/v3/auth/authenticate":
            good = self._passwords.get(asked.body["name"]) == asked.body["password"]
            return (200, {"token": _TOKEN}) if good else (400, {"error": "authentication failed"})
        if asked.headers.get("Authorization") != _TOKEN:
            return 400, {"error": "etcdserver: user name is empty"}
        match asked.path:
            case "/v3/kv/range":
                return 200, {"kvs": self._range(asked.body)}
            case "/v3/kv/txn":
                return 200, self._txn(asked.body)
            case _:
                return 404, {"error": f"no {asked.path} here"}

    def _range(self, body: Mapping[str, str]) -> list[dict[str, str]]:
        first = base64.b64decode(body["key"])
        end = base64.b64decode(body.get("range_end", "")) or first + b"\0"
        return [
            {
                "key": base64.b64encode(key).decode(),
                "value": base64.b64encode(self._values[key]).decode(),
                "mod_revision": str(self._changed[key]),
            }
            for key in sorted(self._values)
            if first <= key < end
        ]

    def _txn(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if not all(self._holds(one) for one in body.get("compare", [])):
            return {}
        self._revision += 1
        for change in body.get("success", []):
            if put := change.get("request_put"):
                key = base64.b64decode(put["key"])
                self._values[key] = base64.b64decode(put["value"])
                self._created.setdefault(key, self._revision)
                self._changed[key] = self._revision
            if delete := change.get("request_delete_range"):
                key = base64.b64decode(delete["key"])
                self._values.pop(key, None)
                self._created.pop(key, None)
        return {"succeeded": True}

    def _holds(self, one: Mapping[str, str]) -> bool:
        key = base64.b64decode(one["key"])
        if one["target"] == "CREATE":
            return self._created.get(key, 0) == int(one["create_revision"])
        return self._values.get(key) == base64.b64decode(one["value"])
