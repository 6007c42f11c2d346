"""A daemon of FRR that listens on its socket as bgpd does, and knows what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Thread

from typing_extensions import override

NO_MATCH = 2


@contextmanager
def listening(
    folder: Path, daemon: str, converse: Callable[[StreamRequestHandler], None]
) -> Iterator[None]:
    class Conversation(StreamRequestHandler):
        @override
        def handle(self) -> None:
            converse(self)

    with ThreadingUnixStreamServer(str(folder / f"{daemon}.vty"), Conversation) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield
        finally:
            server.shutdown()


def knowing(
    answers: Mapping[str, tuple[str, int]], heard: list[str] | None = None
) -> Callable[[StreamRequestHandler], None]:
    """Return who talks as a daemon: nothing but ``enable`` is understood before it was said.

    What it hears after that comes into ``heard``.
    """

    def converse(self: StreamRequestHandler) -> None:
        known = {"enable": ("", 0)}
        while command := command_of(self):
            text, status = known.get(command, ("% Unknown command.\n", NO_MATCH))
            if command == "enable":
                known.update(answers)
            elif heard is not None:
                heard.append(command)
            self.wfile.write(text.encode())
            self.wfile.write(bytes((0, 0, 0, status)))

    return converse


def command_of(conversation: StreamRequestHandler) -> str:
    letters = iter(lambda: conversation.rfile.read(1), b"")
    return "".join(letter.decode() for letter in iter(lambda: next(letters, b"\0"), b"\0"))
