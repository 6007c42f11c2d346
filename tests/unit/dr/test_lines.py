"""A line to a host is kept while a program there answers on it, and given up when it is silent."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from core.system_clock import SystemClock
from dr.onhost.lines import Lines
from tests.stubs.neighbourhood import Neighbourhood, Serving, stands_still
from tests.stubs.network import Ground


@pytest.fixture
def around(stub_ground: Ground) -> Neighbourhood:
    return Neighbourhood(stub_ground)


def _lines(around: Neighbourhood) -> Lines:
    observer = around.observer()
    return Lines(observer.own, observer.port, observer.tls)


class Exporter:
    """Answers as a program does that runs all the time; notes what it was asked, over what."""

    def __init__(self) -> None:
        self.connections = 0
        self.questions = 0
        self.still = asyncio.Event()
        """set: it answers nobody any more, and takes every connection"""
        self.ends = asyncio.Event()
        """set: it hangs up once it is asked again"""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while asked := await self._asked(reader):
            self.questions += 1
            if self.ends.is_set():
                self.ends.clear()
                break
            if self.still.is_set():
                await stands_still(reader, writer)
            assert asked.startswith(b"HEAD / HTTP/1.1")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 150\r\n\r\n")
        writer.transport.abort()

    @staticmethod
    async def _asked(reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (OSError, EOFError):
            return b""


async def _answers_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(1)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")


async def _never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"x" * 10**6)


def test_who_answers_is_asked_over_one_connection(around: Neighbourhood) -> None:
    async def seen() -> tuple[list[bool], Exporter]:
        exporter, lines = Exporter(), _lines(around)
        async with around.serving(1, exporter.serve, around.certificate(1)):
            answers = [bool(await lines.answering(around.places[1:2])) for _ in range(5)]
            lines.end()
        return answers, exporter

    answers, exporter = asyncio.run(seen())

    assert answers == [True] * 5
    assert (exporter.connections, exporter.questions) == (1, 5)


def test_a_program_that_began_anew_answers_in_the_same_look(around: Neighbourhood) -> None:
    async def seen() -> tuple[list[bool], Exporter]:
        exporter, lines = Exporter(), _lines(around)
        async with around.serving(1, exporter.serve, around.certificate(1)):
            answers = [bool(await lines.answering(around.places[1:2]))]
            exporter.ends.set()
            answers += [bool(await lines.answering(around.places[1:2])) for _ in range(2)]
            lines.end()
        return answers, exporter

    answers, exporter = asyncio.run(seen())

    assert answers == [True] * 3
    assert exporter.connections == 2


def test_who_falls_silent_is_missed_at_once_and_answers_on_another_line(
    around: Neighbourhood,
) -> None:
    clock = SystemClock()

    async def seen() -> tuple[list[bool], timedelta, Exporter]:
        exporter, lines = Exporter(), _lines(around)
        async with around.serving(1, exporter.serve, around.certificate(1)):
            answers = [bool(await lines.answering(around.places[1:2]))]
            exporter.still.set()
            began = clock.elapsed()
            answers.append(bool(await lines.answering(around.places[1:2])))
            took = clock.elapsed() - began
            exporter.still.clear()
            answers.append(bool(await lines.answering(around.places[1:2])))
            lines.end()
        return answers, took, exporter

    answers, took, exporter = asyncio.run(seen())

    assert answers == [True, False, True]
    assert took < timedelta(seconds=2)
    assert exporter.connections == 2


@pytest.mark.parametrize("serve", [stands_still, _answers_late, _never_ends])
def test_what_is_no_answer_in_time_is_none(around: Neighbourhood, serve: Serving) -> None:
    async def seen() -> list[bool]:
        lines = _lines(around)
        async with around.serving(1, serve, around.certificate(1)):
            # what came too late for the first look is no answer to the second
            answers = [bool(await lines.answering(around.places[1:2])) for _ in range(2)]
            lines.end()
        return answers

    assert asyncio.run(seen()) == [False, False]


def test_all_are_asked_at_the_same_time_and_each_proves_to_be_itself(
    around: Neighbourhood,
) -> None:
    well, other, still, closed = range(1, 5)
    clock = SystemClock()

    async def seen() -> frozenset[str]:
        lines = _lines(around)
        async with AsyncExitStack() as servers:
            for place, serve, files in (
                (well, Exporter().serve, around.certificate(well)),
                (other, Exporter().serve, around.certificate(well)),
                (still, stands_still, None),
            ):
                await servers.enter_async_context(around.serving(place, serve, files))
            found = await lines.answering(around.places[well : closed + 1])
            lines.end()
        return frozenset(found)

    began = clock.elapsed()
    answering = asyncio.run(seen())

    assert answering == {around.places[well].host}
    assert clock.elapsed() - began < timedelta(seconds=3)


def test_who_cannot_look_says_so_and_calls_nobody_silent(around: Neighbourhood) -> None:
    away = Lines(IPv4Address("192.0.2.1"), around.port, around.observer().tls)

    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        asyncio.run(away.answering(around.places))
