"""etcd, through the JSON gateway of its client port.

Every read is linearizable: it returns what a quorum knows now. Every change is one
transaction: it is made only if its conditions hold.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

import httpx

from access.clients.etcd_auth import EtcdAuth
from access.clients.fates import Fate, fate
from access.clients.http import answered, send
from core.errors import NotSeen, Rejected, Unreachable

DEADLINE: Final = timedelta(seconds=2)
"""bound of one request to one voter: an election takes 1.5 s"""


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One key as it is now."""

    key: str
    value: str
    revision: int
    """of the store when this key last changed"""


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition: ``key`` holds ``value``, or is absent if that is None."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A condition: ``key`` was not written since ``revision``, nor removed."""

    key: str
    revision: int


Comparison: TypeAlias = Holds | Unchanged


@dataclass(frozen=True, slots=True)
class Put:
    """A change: ``key`` is to hold ``value``."""

    key: str
    value: str
    lease: str | None = None
    """with whose end the key goes; None: it stays"""


@dataclass(frozen=True, slots=True)
class Delete:
    """A change: ``key`` is to be absent."""

    key: str


@dataclass(frozen=True, slots=True)
class DeleteUnder:
    """A change: every key that begins with ``prefix`` is to be absent."""

    prefix: str


def range_under(prefix: str) -> dict[str, Any]:
    """Return the body of a linearizable ``/v3/kv/range`` for every key under ``prefix``."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return {"key": _coded(prefix), "range_end": _coded(end)}


def range_of(key: str) -> dict[str, Any]:
    """Return the body of a linearizable ``/v3/kv/range`` for ``key`` alone."""
    return {"key": _coded(key)}


def key_values(answer: Mapping[str, Any]) -> list[KeyValue]:
    """Return what the ``answer`` to a range holds, sorted by key.

    Bytes that are no UTF-8 are U+FFFD: who may write one key can spoil what that key says, and
    nothing else of the answer.
    """
    return [
        KeyValue(_plain(kv["key"]), _plain(kv.get("value", "")), int(kv["mod_revision"]))
        for kv in answer.get("kvs", [])
    ]


class Etcd:
    """One quorum: any of its voters answers for all of them.

    A voter that failed is asked last the next time. A change that a voter may have taken
    is never sent to a second one.
    """

    def __init__(
        self,
        over: httpx.Client,
        roots: Sequence[str],
        auth: EtcdAuth | None = None,
        deadline: timedelta = DEADLINE,
    ) -> None:
        """Keep what is needed to ask; ``roots`` are the voters', ``https://ADDRESS:2379``.

        ``auth`` names an account; without it only an etcd that knows no accounts answers.
        ``deadline`` bounds one request to one voter.
        """
        self._over = over
        self._roots = tuple(roots)
        """replaced and never changed: several threads ask"""
        self._auth = auth
        self._deadline = deadline

    def get(self, key: str) -> KeyValue | None:
        """Return ``key`` as a quorum knows it now, or None if it is absent.

        Raises:
            NotSeen: no quorum answered; or, where it ``refused``, we may not read the key.
        """
        keys = self._range(range_of(key))
        return keys[0] if keys else None

    def under(self, prefix: str) -> list[KeyValue]:
        """Return every key that begins with ``prefix``, sorted.

        Raises:
            NotSeen: as ``get``.
        """
        return self._range(range_under(prefix))

    def keys_under(self, prefix: str) -> list[str]:
        """Return what every key is called that begins with ``prefix``, sorted.

        Raises:
            NotSeen: as ``get``.
        """
        return [one.key for one in self._range({**range_under(prefix), "keys_only": True})]

    def change(
        self, conditions: Sequence[Comparison], changes: Sequence[Put | Delete | DeleteUnder]
    ) -> bool:
        """Make all ``changes`` at once if all ``conditions`` hold; tell whether they did.

        Raises:
            Rejected: etcd refused the request; nothing changed.
            Unreachable: it may have changed; read it.
        """
        body = {
            "compare": [_condition(one) for one in conditions],
            "success": [_change(one) for one in changes],
        }
        return bool(self.ask("kv/txn", body, repeatable=False).get("succeeded"))

    def lease(self, lasting: timedelta) -> str:
        """Return a new lease, which ends unless it is renewed within ``lasting`` (whole seconds).

        Raises:
            Rejected: etcd refused; there is none.
            Unreachable: there may be one, which ends by itself.
        """
        body = {"TTL": str(int(lasting.total_seconds()))}
        return str(self.ask("lease/grant", body, repeatable=True)["ID"])

    def renew(self, lease: str) -> bool:
        """Let ``lease`` last anew from now on; False: it has ended, and its keys are gone.

        Raises:
            NotSeen: no voter answered; it may be renewed.
        """
        try:
            answer = self.ask("lease/keepalive", {"ID": lease}, repeatable=True)
        except (Rejected, Unreachable) as error:
            raise not_seen(error) from error
        # JSON of protobuf leaves out what is zero
        return int(answer.get("result", {}).get("TTL", 0)) > 0

    def alarms(self) -> frozenset[str]:
        """Return what etcd itself raises alarm about: ``NOSPACE`` ends every write, not one read.

        Raises:
            NotSeen: no voter answered.
        """
        try:
            answer = self.ask("maintenance/alarm", {"action": "GET"}, repeatable=True)
        except (Rejected, Unreachable) as error:
            raise not_seen(error) from error
        return frozenset(str(one.get("alarm", "")) for one in answer.get("alarms", []))

    def _range(self, body: dict[str, Any]) -> list[KeyValue]:
        try:
            return key_values(self.ask("kv/range", body, repeatable=True))
        except (Rejected, Unreachable) as error:
            raise not_seen(error) from error

    def ask(self, what: str, body: Mapping[str, Any], *, repeatable: bool) -> dict[str, Any]:
        """Return what a voter answers to ``body`` at ``/v3/`` and ``what``.

        When a voter fails, the next one is asked. A request that is not ``repeatable`` goes
        to a second voter only if the first one certainly did not receive it.

        Raises:
            Rejected: etcd refused; nothing changed.
            Unreachable: no voter, or no quorum, answered.
        """
        failure = Unreachable("there is no voter to ask", next_step="ndc show promises")
        for root in self._roots:
            url = f"{root}/v3/{what}"
            try:
                reply = send(
                    self._over, "POST", url, body=body, deadline=self._deadline, auth=self._auth
                )
                answer: dict[str, Any] = answered(reply, url)
            except Unreachable as error:
                failure = error
                if not repeatable and fate(error.__cause__) is not Fate.UNTAKEN:
                    raise
                self._ask_last(root)
            else:
                return answer
        raise failure

    def _ask_last(self, root: str) -> None:
        self._roots = (*(other for other in self._roots if other != root), root)


def not_seen(error: Rejected | Unreachable) -> NotSeen:
    """Return what is known of a look that a quorum answered so."""
    return NotSeen(
        error.what,
        # a voter that is down refuses connections; the quorum it belongs to does not
        refused=isinstance(error, Rejected),
        expected=error.expected,
        actual=error.actual,
        next_step=error.next_step,
    )


def _condition(one: Comparison) -> dict[str, Any]:
    if isinstance(one, Unchanged):
        return {"key": _coded(one.key), "target": "MOD", "mod_revision": str(one.revision)}
    if one.value is None:
        return {"key": _coded(one.key), "target": "CREATE", "create_revision": "0"}
    return {"key": _coded(one.key), "target": "VALUE", "value": _coded(one.value)}


def _change(one: Put | Delete | DeleteUnder) -> dict[str, Any]:
    if isinstance(one, DeleteUnder):
        return {"request_delete_range": range_under(one.prefix)}
    if isinstance(one, Delete):
        return {"request_delete_range": {"key": _coded(one.key)}}
    put = {"key": _coded(one.key), "value": _coded(one.value)}
    return {"request_put": put if one.lease is None else {**put, "lease": one.lease}}


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _plain(coded: str) -> str:
    return base64.b64decode(coded).decode(errors="replace")
