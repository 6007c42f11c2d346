"""A host answers when a program there proves to be it; whatever else happens is no answer."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import struct
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from access.secrets.authority import Authority, Subject, Use
from access.secrets.folder import Certificate
from core.system_clock import SystemClock
from dr.onhost.sight_main import Observer
from dr.watch.sight import read_age
from inventory.names import HostName
from tests.stubs.neighbourhood import Neighbourhood, stands_still
from tests.stubs.network import Ground


class _Then(SystemClock):
    """A clock of long ago."""

    @override
    def now(self) -> datetime:
        return datetime(2010, 1, 1, tzinfo=UTC)


@pytest.fixture
def around(stub_ground: Ground) -> Neighbourhood:
    return Neighbourhood(stub_ground)


async def _says_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    plain: socket.socket = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _speaks_in_clear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    writer.close()


def test_who_proves_to_be_that_host_answers_and_all_others_do_not(around: Neighbourhood) -> None:
    well, other, resets, hangs_up, in_clear, still, frozen, closed = range(8)
    clock = SystemClock()

    async def seen() -> frozenset[HostName]:
        async with AsyncExitStack() as servers:
            for place, serve, files in (
                (well, _says_nothing, around.certificate(well)),
                (other, _says_nothing, around.certificate(well)),
                (resets, _resets, None),
                (hangs_up, _says_nothing, None),
                (in_clear, _speaks_in_clear, None),
                (still, stands_still, None),
            ):
                await servers.enter_async_context(around.serving(place, serve, files))
            at = str(around.places[frozen].address), around.port
            with socket.create_server(at):  # its kernel accepts, and nobody takes the connection
                return await around.observer().answering(around.places[: closed + 1])

    began_at = clock.elapsed()
    answering = asyncio.run(seen())

    assert answering == {around.places[well].host}
    assert clock.elapsed() - began_at < timedelta(seconds=4)  # all at once: one after another is 8


def test_a_host_is_looked_at_from_the_own_loopback(around: Neighbourhood) -> None:
    callers: list[str] = []

    async def notes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername")[0])
        writer.close()

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, notes, around.certificate(1)):
            found = await around.observer().answering(around.places[1:2])
            await asyncio.sleep(0.1)
            return found

    assert asyncio.run(seen()) == {around.places[1].host}
    assert callers == [str(around.places[0].address)]


def test_a_second_try_finds_who_missed_the_first(around: Neighbourhood) -> None:
    connections: list[asyncio.StreamWriter] = []
    tls = around.tls(around.certificate(1))

    async def forgets_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        if len(connections) == 1:
            await stands_still(reader, writer)
        await writer.start_tls(tls)
        writer.close()

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, forgets_one):
            return await around.observer().answering(around.places[1:2])

    assert asyncio.run(seen()) == {around.places[1].host}
    assert len(connections) == 2


def test_who_answers_at_once_is_not_asked_again(around: Neighbourhood) -> None:
    callers: list[int] = []

    async def notes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(1)
        writer.close()

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, notes, around.certificate(1)):
            return await around.observer().answering(around.places[1:3])  # the other takes longer

    asyncio.run(seen())

    assert callers == [1]


def test_a_certificate_that_ended_is_nobodys_death(around: Neighbourhood, tmp_path: Path) -> None:
    def files(name: str) -> Certificate:
        return Certificate(tmp_path / f"{name}.key", tmp_path / f"{name}.crt")

    host = around.places[1].host
    authority = Authority.ensure(files("ca"), "test", _Then())
    authority.ensure_certificate(
        Subject(files("host"), host, frozenset({Use.SERVER, Use.CLIENT}), (host,))
    )

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, _says_nothing, files("host")):
            observer = around.observer(files("host"), files("ca").certificate)
            return await observer.answering(around.places[1:2])

    assert asyncio.run(seen()) == {host}


def test_an_observer_whose_own_certificate_is_refused_sees_nevertheless(
    around: Neighbourhood,
) -> None:
    refused = around.certificate(-1)  # of a router, which is no client of anybody

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, _says_nothing, around.certificate(1)):
            return await around.observer(refused).answering(around.places[1:2])

    assert asyncio.run(seen()) == {around.places[1].host}


def test_a_host_of_another_authority_does_not_answer(around: Neighbourhood, tmp_path: Path) -> None:
    stranger = Certificate(tmp_path / "ca.key", tmp_path / "ca.crt")
    Authority.ensure(stranger, "other", SystemClock())

    async def seen() -> frozenset[HostName]:
        async with around.serving(1, _says_nothing, around.certificate(1)):
            return await around.observer(authority=stranger.certificate).answering(
                around.places[1:2]
            )

    assert asyncio.run(seen()) == frozenset()


def test_who_cannot_look_says_so_and_calls_nobody_silent(around: Neighbourhood) -> None:
    away = Observer(IPv4Address("192.0.2.1"), around.port, around.observer().tls)

    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        asyncio.run(away.answering(around.places))


def test_who_has_no_socket_left_calls_nobody_silent(around: Neighbourhood) -> None:
    async def seen() -> frozenset[HostName]:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest_free = os.dup(0)
        os.close(lowest_free)
        observer = around.observer()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
        try:
            return await observer.answering(around.places)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(OSError, match="Too many open files"):
        asyncio.run(seen())


def _ran(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-m", "dr.onhost.sight_main", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program_tells_an_age() -> None:
    told = read_age(_ran("up").stdout)

    assert timedelta() < told <= SystemClock().elapsed()


@pytest.mark.parametrize("words", [[], ["up", "x"], ["sees"], ["sees", "x", "1"], ["drop"]])
def test_the_program_takes_no_other_question(words: list[str]) -> None:
    done = _ran(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("this host cannot tell: ")
    assert "Traceback" not in done.stderr
