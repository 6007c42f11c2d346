"""FRR's daemons are asked as vtysh asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Thread

import pytest
from typing_extensions import override

from access.clients.vty import ask
from core.errors import NotSeen
from monitors.readers import routing
from routing import answers
from routing.answers import BfdPeer, Session

DEADLINE = timedelta(seconds=5)
SHORT = timedelta(seconds=0.1)
QUESTION = "show it json"
NO_MATCH = 2


@contextmanager
def _listening(
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


def _knowing(answers: Mapping[str, tuple[str, int]]) -> Callable[[StreamRequestHandler], None]:
    """Return who talks as a daemon: nothing but ``enable`` is understood before it was said."""

    def converse(self: StreamRequestHandler) -> None:
        known = {"enable": ("", 0)}
        while command := _command(self):
            text, status = known.get(command, ("% Unknown command.\n", NO_MATCH))
            if command == "enable":
                known.update(answers)
            self.wfile.write(text.encode())
            self.wfile.write(bytes((0, 0, 0, status)))

    return converse


def _command(conversation: StreamRequestHandler) -> str:
    letters = iter(lambda: conversation.rfile.read(1), b"")
    return "".join(letter.decode() for letter in iter(lambda: next(letters, b"\0"), b"\0"))


def _asked(folder: Path, deadline: timedelta = DEADLINE) -> str:
    return asyncio.run(ask("bgpd", QUESTION, deadline=deadline, consoles=folder))


@pytest.mark.parametrize("text", ["", "{}", '{"long":"' + 300_000 * "x" + '"}'])
def test_the_answer_arrives_whole(tmp_path: Path, text: str) -> None:
    with _listening(tmp_path, "bgpd", _knowing({QUESTION: (text, 0)})):
        assert _asked(tmp_path) == text


def test_a_command_that_it_does_not_know_is_rejected_in_its_words(tmp_path: Path) -> None:
    with (
        _listening(tmp_path, "bgpd", _knowing({})),
        pytest.raises(NotSeen) as refused,
    ):
        _asked(tmp_path)

    assert refused.value.refused
    assert refused.value.actual == "status 2, % Unknown command."


def test_where_nobody_listens_the_daemon_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(NotSeen) as nothing:
        _asked(tmp_path)

    assert nothing.value.refused


@pytest.mark.parametrize("parting", [b"", b"\0\0\0\0", b"\0\0\0\0{"])
def test_a_daemon_that_hangs_up_has_not_answered(tmp_path: Path, parting: bytes) -> None:
    def hang_up(conversation: StreamRequestHandler) -> None:
        conversation.wfile.write(parting)

    with _listening(tmp_path, "bgpd", hang_up), pytest.raises(NotSeen):
        _asked(tmp_path)


def test_a_daemon_that_says_nothing_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    def say_nothing(conversation: StreamRequestHandler) -> None:
        conversation.rfile.read()

    with _listening(tmp_path, "bgpd", say_nothing), pytest.raises(NotSeen) as nothing:
        _asked(tmp_path, SHORT)

    assert not nothing.value.refused
    assert "within 0.1 s" in nothing.value.expected


def test_each_daemon_tells_of_its_own_sessions(tmp_path: Path) -> None:
    peer = IPv4Address("198.19.100.1")
    bgp = '{"peers":{"198.19.100.1":{"state":"Established"}}}'
    bfd = '[{"peer":"198.19.100.1","status":"down"}]'

    with (
        _listening(tmp_path, "bgpd", _knowing({answers.SESSIONS: (bgp, 0)})),
        _listening(tmp_path, "bfdd", _knowing({answers.BFD_PEERS: (bfd, 0)})),
    ):
        told_bgp = asyncio.run(routing.bgp_sessions(deadline=DEADLINE, consoles=tmp_path))
        told_bfd = asyncio.run(routing.bfd_peers(deadline=DEADLINE, consoles=tmp_path))

    assert told_bgp == (Session(peer, "Established"),)
    assert told_bfd == (BfdPeer(peer, is_up=False),)
