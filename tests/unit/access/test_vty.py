"""FRR's daemons are asked as vtysh asks them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import StreamRequestHandler

import pytest

from access.clients.vty import ask, tell
from core.errors import NotSeen
from monitors.readers import routing
from routing import answers
from routing.answers import BfdPeer, Session
from tests.consoles import knowing, listening

DEADLINE = timedelta(seconds=5)
SHORT = timedelta(seconds=0.1)
QUESTION = "show it json"


def _asked(folder: Path, deadline: timedelta = DEADLINE) -> str:
    return asyncio.run(ask("bgpd", QUESTION, deadline=deadline, consoles=folder))


@pytest.mark.parametrize("text", ["", "{}", '{"long":"' + 300_000 * "x" + '"}'])
def test_the_answer_arrives_whole(tmp_path: Path, text: str) -> None:
    with listening(tmp_path, "bgpd", knowing({QUESTION: (text, 0)})):
        assert _asked(tmp_path) == text


def test_a_command_that_it_does_not_know_is_rejected_in_its_words(tmp_path: Path) -> None:
    with (
        listening(tmp_path, "bgpd", knowing({})),
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

    with listening(tmp_path, "bgpd", hang_up), pytest.raises(NotSeen):
        _asked(tmp_path)


def test_a_daemon_that_says_nothing_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    def say_nothing(conversation: StreamRequestHandler) -> None:
        conversation.rfile.read()

    with listening(tmp_path, "bgpd", say_nothing), pytest.raises(NotSeen) as nothing:
        _asked(tmp_path, SHORT)

    assert not nothing.value.refused
    assert "within 0.1 s" in nothing.value.expected


def test_each_daemon_tells_of_its_own_sessions(tmp_path: Path) -> None:
    peer = IPv4Address("198.19.100.1")
    bgp = '{"peers":{"198.19.100.1":{"state":"Established"}}}'
    bfd = '[{"peer":"198.19.100.1","status":"down"}]'

    with (
        listening(tmp_path, "bgpd", knowing({answers.SESSIONS: (bgp, 0)})),
        listening(tmp_path, "bfdd", knowing({answers.BFD_PEERS: (bfd, 0)})),
    ):
        told_bgp = asyncio.run(routing.bgp_sessions(deadline=DEADLINE, consoles=tmp_path))
        told_bfd = asyncio.run(routing.bfd_peers(deadline=DEADLINE, consoles=tmp_path))

    assert told_bgp == (Session(peer, "Established"),)
    assert told_bfd == (BfdPeer(peer, is_up=False),)


def test_what_is_not_obeyed_ends_what_is_said(tmp_path: Path) -> None:
    heard: list[str] = []
    known = {"one": ("", 0), "two": ("% No.", 1), "three": ("", 0)}

    with (
        listening(tmp_path, "bgpd", knowing(known, heard)),
        pytest.raises(NotSeen, match="said no: two"),
    ):
        asyncio.run(tell("bgpd", ["one", "two", "three"], deadline=DEADLINE, consoles=tmp_path))

    assert heard == ["one", "two"]
