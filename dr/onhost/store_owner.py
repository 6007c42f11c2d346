"""The owner of a store, who reads and writes it at its address as anybody else has to."""

from __future__ import annotations

import http.client
import os
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from dr.tracing import TracerFate, TracerParty
from inventory.endpoints import HTTPS
from inventory.names import StoreName

_PATIENCE_SECONDS: Final = 2
"""of one answer: who hears none by then is not served"""
_KEPT: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT})
_NONE_SUCH: Final = HTTPStatus.NOT_FOUND


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """Who owns ``store``; each question is a connection of its own, as a stranger's would be."""

    store: StoreName
    address: str
    tls: ssl.SSLContext
    port: int = HTTPS

    @classmethod
    def proved_by(cls, party: TracerParty, authority: Path) -> StoreOwner:
        """Return the owner that ``party`` is; its key is on no disk, here as before.

        Raises:
            OSError: ``authority`` cannot be read, or what proves the party is nothing of the kind.
        """
        tls = ssl.create_default_context(cafile=authority)
        # the library reads files alone: this one is memory, and goes with its number
        memory = os.memfd_create("party")
        try:
            os.write(memory, f"{party.certificate}\n{party.key}\n".encode())
            tls.load_cert_chain(f"/proc/self/fd/{memory}")
        finally:
            os.close(memory)
        return cls(party.store, party.address, tls)

    def write(self, path: str, text: str) -> TracerFate:
        """Have the store hold ``text`` at ``path``; return what became of that."""
        connection = self._connection()
        try:
            try:
                connection.connect()
            except OSError:
                return TracerFate.REFUSED  # nothing was sent
            status, _ = _asked(connection, "PUT", path, text)
        finally:
            connection.close()
        if status in _KEPT:
            return TracerFate.KEPT
        is_refused = status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR
        return TracerFate.REFUSED if is_refused else TracerFate.UNKNOWN

    def holds(self, path: str, text: str) -> bool | None:
        """Tell whether the store holds ``text`` at ``path``; None: it does not say."""
        status, body = self._answer("GET", path)
        if status is HTTPStatus.OK:
            return body == text
        return False if status is _NONE_SUCH else None

    def remove(self, folder: str) -> bool:
        """Have ``folder`` and all in it be gone; return whether the store says that it is."""
        status, _ = self._answer("DELETE", f"{folder}/")
        return status in _KEPT or status is _NONE_SUCH

    def _answer(self, method: str, path: str) -> tuple[HTTPStatus | None, str]:
        connection = self._connection()
        try:
            return _asked(connection, method, path)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            self.address, self.port, context=self.tls, timeout=_PATIENCE_SECONDS
        )


def _asked(
    connection: http.client.HTTPSConnection, method: str, path: str, text: str | None = None
) -> tuple[HTTPStatus | None, str]:
    """Return status and text of the answer; no status: there was none that can be read."""
    try:
        connection.request(method, f"/{path}", text)
        answer = connection.getresponse()
        return HTTPStatus(answer.status), answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException, ValueError):
        return None, ""
