"""Who votes in the quorum, as etcd has it, and taking a vote out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from access.clients import http
from access.clients.etcd import Etcd, not_seen
from core.errors import NotSeen, Rejected, Unreachable
from dr.live.records import of_a_change
from inventory.endpoints import ETCD_CLIENT, ETCD_PEER
from inventory.names import HostName
from inventory.network import Network

_LOOK: Final = timedelta(seconds=1)
_GONE: Final = "member not found"


@dataclass(frozen=True, slots=True)
class EtcdVotes:
    """The voters of ``network``; keeps the promise of ``dr.doors.VotesDoor``."""

    network: Network
    over: httpx.Client
    etcd: Etcd
    as_root: Callable[[], Etcd]
    """who alone may change its members"""

    def votes(self) -> Mapping[HostName, str]:
        """Return the number of each vote; who only learns has none."""
        try:
            answer = self.etcd.ask("cluster/member/list", {"linearizable": True}, repeatable=True)
        except (Rejected, Unreachable) as error:
            raise not_seen(error) from error
        numbers = {
            url: str(member["ID"])
            for member in answer["members"]
            if not member.get("isLearner")
            for url in member["peerURLs"]
        }
        peers = {name: self._root(name, ETCD_PEER, loopback=True) for name in self.network.voters}
        return {name: numbers[url] for name, url in peers.items() if url in numbers}

    def is_well(self, host: HostName) -> bool:
        """Tell whether the voter on ``host`` reads with a majority; no space is another matter."""
        root = self._root(host, ETCD_CLIENT)
        try:
            http.look(self.over, f"{root}/health?exclude=NOSPACE", deadline=_LOOK)
        except NotSeen:
            return False
        return True

    def retire(self, host: HostName, number: str) -> None:
        """Take the vote out; etcd refuses where too few who run would be left."""
        with of_a_change():
            if self.votes().get(host) != number:
                return
        try:
            self.as_root().ask("cluster/member/remove", {"ID": number}, repeatable=True)
        except Rejected as error:
            if _GONE not in (error.actual or ""):
                raise

    def _root(self, host: HostName, port: int, *, loopback: bool = False) -> str:
        own = self.network.host(host)
        return f"https://{own.loopback if loopback else own.management.ip}:{port}"
