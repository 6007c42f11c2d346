"""A quorum in memory that speaks etcd's JSON gateway, as far as ``access.clients.etcd`` asks it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from typing_extensions import override

from access.clients.etcd import Etcd
from tests.stubs.https import Asked, Reply

_TOKEN = "token-of-this-quorum"  # noqa: S105 - a name


@dataclass
class StubEtcd:
    """What every voter of one quorum answers; older versions of keys it has forgotten."""

    held: dict[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] | None = None
    """of accounts; None: whoever asks is answered"""
    changes: int = 0
    """transactions that succeeded"""
    stalls: bool = False
    """whether nothing becomes of a key that is put; what is there it gives, and lets go of"""
    _revision: int = 1
    _changed: dict[str, int] = field(default_factory=dict)
    _leases: dict[str, set[str]] = field(default_factory=dict)
    """the keys of each lease that has not ended"""
    _granted: int = 0

    def client(self) -> Etcd:
        """Return a client of it that needs no server."""
        return Etcd(httpx.Client(transport=self.transport()), ["https://voter"])

    def transport(self) -> httpx.MockTransport:
        """Return the way to it of another client, which needs no server either."""
        return httpx.MockTransport(self._respond)

    def write(self, key: str, value: str) -> None:
        """Let somebody else write ``value`` at ``key``, if it is there already or not."""
        self._revision += 1
        self.held[key], self._changed[key] = value, self._revision

    def lapse(self) -> None:
        """Let every lease end, as if nobody had renewed it in time."""
        for key in set[str]().union(*self._leases.values()):
            self.held.pop(key, None)
        self._leases.clear()

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        if asked.path == "/v3/auth/authenticate":
            good = (self.passwords or {}).get(asked.body["name"]) == asked.body["password"]
            return (200, {"token": _TOKEN}) if good else (400, {"error": "authentication failed"})
        if self.passwords is not None and asked.headers.get("Authorization") != _TOKEN:
            return 400, {"error": "etcdserver: user name is empty"}
        if refusal := self._refusal(asked.body):
            return refusal
        found: object
        match asked.path:
            case "/v3/kv/range":
                found = {"kvs": self._range(asked.body)}
            case "/v3/kv/txn":
                found = {"succeeded": self._txn(asked.body)}
            case "/v3/lease/grant" | "/v3/lease/keepalive":
                found = self._lease(asked.body)
            case "/v3/maintenance/alarm":
                found = {"header": {}}  # as etcd leaves out a list that is empty
            case _:
                return 404, {"error": f"no {asked.path} here"}
        return 200, found

    def _refusal(self, body: Mapping[str, Any]) -> Reply | None:
        if self._unknown_leases(body):
            return 404, {"error": "etcdserver: requested lease not found"}
        if self.stalls and any("request_put" in one for one in body.get("success", ())):
            return 503, {"error": "etcdserver: request timed out"}
        return None

    def _respond(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        asked = Asked(request.method, request.url.path, {}, body, request.headers)
        status, answer = self.answer(asked)
        return httpx.Response(status, json=answer)

    def _range(self, body: Mapping[str, Any]) -> list[dict[str, str]]:
        first = _plain(body["key"])
        end = _plain(body["range_end"]) if "range_end" in body else f"{first}\0"
        until = int(body.get("revision", 0)) or self._revision
        return [
            {
                "key": _coded(key),
                **({} if body.get("keys_only") else {"value": _coded(value)}),
                "mod_revision": str(self._changed.get(key, 1)),
            }
            for key, value in sorted(self.held.items())
            if first <= key < end and self._changed.get(key, 1) <= until
        ]

    def _lease(self, body: Mapping[str, str]) -> dict[str, Any]:
        if "ID" in body:
            lasts = {"TTL": "10"} if body["ID"] in self._leases else {}
            return {"result": {"ID": body["ID"], **lasts}}
        self._granted += 1
        self._leases[str(self._granted)] = set()
        return {"ID": str(self._granted), "TTL": body["TTL"]}

    def _unknown_leases(self, body: Mapping[str, Any]) -> set[str]:
        puts = (one["request_put"] for one in body.get("success", []) if "request_put" in one)
        return {put["lease"] for put in puts if "lease" in put} - self._leases.keys()

    def _txn(self, body: Mapping[str, Any]) -> bool:
        if not all(self._holds(one) for one in body.get("compare", [])):
            return False
        self.changes += 1
        for change in body.get("success", []):
            if put := change.get("request_put"):
                self._put(_plain(put["key"]), _plain(put["value"]), put.get("lease"))
            if delete := change.get("request_delete_range"):
                for one in self._range(delete):
                    del self.held[_plain(one["key"])]
        return True

    def _put(self, key: str, value: str, lease: str | None) -> None:
        self.write(key, value)
        for name, keys in self._leases.items():
            (keys.add if name == lease else keys.discard)(key)

    def _holds(self, one: Mapping[str, str]) -> bool:
        key = _plain(one["key"])
        value = self.held.get(key)
        if one["target"] == "MOD":
            return value is not None and self._changed.get(key, 1) == int(one["mod_revision"])
        return value is None if one["target"] == "CREATE" else value == _plain(one["value"])


class EventfulEtcd(StubEtcd):
    """A quorum in which something may happen just before a transaction, or after it."""

    before: Callable[[], None] = staticmethod(lambda: None)
    after: Callable[[], None] = staticmethod(lambda: None)

    @override
    def _txn(self, body: Mapping[str, Any]) -> bool:
        self.before()
        done = super()._txn(body)
        if done:
            self.after()
        return done


def _coded(text: str) -> str:
    # as etcd, it keeps bytes, whatever they say
    return b64encode(text.encode(errors="surrogateescape")).decode()


def _plain(coded: str) -> str:
    return b64decode(coded).decode(errors="surrogateescape")
