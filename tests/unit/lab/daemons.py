"""A daemon that says what it is told to say."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def a_daemon(at: Path, *lines: bytes) -> Iterator[list[Any]]:
    """Serve one connection with ``lines``; yield what it was asked."""
    asked: list[Any] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(at))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as request:
                asked.append(json.loads(request.readline()))
                connection.sendall(b"".join(lines))

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join()
