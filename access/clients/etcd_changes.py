"""Hears of changes in etcd when they happen: whoever obeys records reads them seldom, and at once.

etcd's watch is a request whose answer has no end: a line for each change. What a line says is not
used. It may be missed, as may the voter; so it is a reason to read, and not what is read.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import httpx

from access.clients.allowances import allowing
from access.clients.etcd import range_under
from access.clients.etcd_auth import EtcdAuth
from access.clients.http import CONNECT

LIFE: Final = timedelta(minutes=2)
"""of one request: a voter that went without a word is left after this"""
_PAUSE_SECONDS: Final = 2
"""before another voter is asked"""
_REFUSED: Final = b'"canceled":true'
"""etcd's answer, with status 200, to who may not read what it asks for, or may no more"""


class Changes:
    """Tells when something under a prefix was changed, as long as a voter tells us."""

    def __init__(
        self,
        over: httpx.Client,
        roots: Sequence[str],
        auth: EtcdAuth,
        prefix: str,
        life: timedelta = LIFE,
    ) -> None:
        """Keep what is needed to listen; nobody is asked yet.

        ``over`` is a ``bounded_client``, ``roots`` are the voters', as for ``Etcd``. ``auth`` may
        read ``prefix``; whoever else asks with it gets the token. A request lasts for ``life``.
        """
        self._over = over
        self._roots = tuple(roots)
        self._auth = auth
        self._body = {"create_request": range_under(prefix)}
        self._life = life
        self._news = threading.Event()
        self._ended = threading.Event()
        self._line: socket.socket | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen for as long as this lasts."""
        thread = threading.Thread(target=self._listen, daemon=True, name="changes")
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            if self._line is not None:
                with suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
            thread.join()

    def within(self, longest: timedelta) -> bool:
        """Return True as soon as something was changed since the last call, False at ``longest``.

        A voter that answers anew counts as a change: nobody knows what was missed before.
        """
        is_heard = self._news.wait(longest.total_seconds())
        self._news.clear()
        return is_heard

    def _listen(self) -> None:
        while not self._ended.is_set():
            for root in self._roots:
                # whoever reads the records says what is wrong with a voter
                with suppress(httpx.HTTPError, httpx.StreamError):
                    self._hear(f"{root}/v3/watch")
                self._line = None
                if self._ended.wait(_PAUSE_SECONDS):
                    return

    def _hear(self, url: str) -> None:
        """Listen to one voter until it ends, or was listened to for long enough."""
        timeout = httpx.Timeout(self._life.total_seconds(), connect=CONNECT.total_seconds())
        asked = self._over.stream(
            "POST", url, json=self._body, headers=self._auth.proof(), timeout=timeout
        )
        with allowing(self._life), asked as answer:
            self._line = answer.extensions["network_stream"].get_extra_info("socket")
            if answer.status_code != httpx.codes.OK or self._ended.is_set():
                return
            for said in answer.iter_raw():
                if _REFUSED in said:
                    return
                self._news.set()
