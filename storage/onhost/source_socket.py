"""Where the storage program of a host is asked: a socket that only its own account reaches.

Who comes over SSH reaches it through a program without rights; this one has them.
"""

from __future__ import annotations

import logging
import socketserver
import threading
from datetime import timedelta
from pathlib import Path
from typing import Final

from typing_extensions import override

from core.errors import NdcError
from inventory.names import HostName
from storage.requests import read_request
from storage.serving import SourceSide

_SILENT: Final = timedelta(seconds=30)
"""after which who neither asks nor reads is given up"""
_LONGEST: Final = 16 * 2**10
"""bytes of a line"""
_log = logging.getLogger("ndc-storage")


class SourceSocket(socketserver.ThreadingUnixStreamServer):
    """Answers at ``at`` out of ``side``, a thread a question."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, at: Path, side: SourceSide) -> None:
        self.side = side
        at.unlink(missing_ok=True)
        super().__init__(str(at), _Asked)
        at.chmod(0o600)

    def serve_beside(self) -> None:
        """Answer from now on, beside whatever else this program does."""
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Asked(socketserver.StreamRequestHandler):
    """One question: a line with whose it is, a line with what is asked."""

    server: SourceSocket
    timeout = _SILENT.total_seconds()

    @override
    def handle(self) -> None:
        try:
            refuge = HostName(self._line())
            self.server.side.answer(read_request(self._line()), refuge, self.wfile)
        except (NdcError, OSError) as error:
            # whoever asked sees a stream that ends too soon, and asks again
            _log.warning("an answer was cut short: %s", error)

    def _line(self) -> str:
        return self.rfile.readline(_LONGEST).decode(errors="replace").rstrip("\n")
