"""Patroni's REST, which lets nobody in who shows a certificate that the authority has revoked.

Patroni has no setting for a list of revoked certificates, and its server's context is made in
the midst of a method. So that context follows the list from where each connection is taken: a
new list needs no reload. Who shows none is answered as before: HAProxy asks so who leads.
"""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass, field
from http.server import HTTPServer
from pathlib import Path

from patroni.api import RestApiServer

from access.tls import OwnTls

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Gate:
    """What the REST of one Patroni trusts when it takes a connection."""

    _tls: OwnTls | None = field(default=None, init=False)

    def take(self, api: RestApiServer) -> tuple[socket.socket, object]:
        """Return the next connection to ``api``, and from where it is, by the list as it is now.

        A list that cannot be read is told, and the last one that could be stays. Who leads has
        to be told all the same.
        """
        try:
            self._own_tls(api).look()
        except OSError as error:  # as what OpenSSL finds wrong is
            _log.error("the list of revoked certificates is not read: %s", error)
        return HTTPServer.get_request(api)

    def _own_tls(self, api: RestApiServer) -> OwnTls:
        """Return what follows the files of ``api``; after some reloads it listens anew."""
        context = api.socket.context
        if self._tls is None or self._tls.context is not context:
            settings = api.patroni.config["restapi"]
            files = (Path(settings[name]) for name in ("cafile", "certfile", "keyfile"))
            self._tls = OwnTls(context, *files)
        return self._tls


def install() -> None:
    """Have a Patroni that is started next in this process take its connections so.

    Its own methods look up its class by name, so that no other class can stand in its place.
    """
    gate = Gate()

    def get_request(api: RestApiServer) -> tuple[socket.socket, object]:
        return gate.take(api)

    RestApiServer.get_request = get_request  # type: ignore[assignment, method-assign]
