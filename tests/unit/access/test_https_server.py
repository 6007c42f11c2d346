"""Whoever shows a certificate of the environment is served; nobody else keeps anybody waiting."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

import httpx
import pytest
from typing_extensions import override

from access.clients.http import async_client, look_async, mutual_tls
from access.https_server import serve
from access.secrets import Secrets, ensure_secrets
from access.secrets.ends import certificate_ends
from access.this_host import ThisHost
from access.tls import LOOK_EVERY
from core.errors import NotSeen, Rejected
from core.system_clock import SystemClock
from inventory.names import HostName
from inventory.network import Host, Network, Role
from monitors.look.certificates import ShownCertificates
from monitors.onhost.exporter import application
from monitors.page import Page
from monitors.readers.certificates import ShownEnds
from tests.networks import network

DEADLINE = timedelta(seconds=5)
SOON = timedelta(milliseconds=50)
Visit = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Return the secrets of a whole environment."""
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets", _network())


def _network() -> Network:
    return replace(network(), hosts=(_host(), *network().hosts[1:]))


class Moved(SystemClock):
    """A clock that shows another time than it is."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    @override
    def now(self) -> datetime:
        return super().now() + self._by


def _host() -> Host:
    return replace(
        network().hosts[0],
        loopback=IPv4Address("127.0.0.1"),
        management=IPv4Interface("127.0.0.2/8"),
    )


def _this_host(secrets: Secrets) -> ThisHost:
    folder = secrets.host_certificate(_host().name).key.parent
    (folder / "ca.crt").write_bytes(secrets.authority.certificate.read_bytes())
    (folder / "ca.crl").write_bytes(secrets.revoked.read_bytes())
    return ThisHost(network(), _host(), folder)


def _visit(secrets: Secrets, visit: Visit) -> None:
    this_host = _this_host(secrets)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]

    async def whole() -> None:
        page = application(Page([], SystemClock()))
        serving = asyncio.create_task(serve(page, this_host, port, every=SOON))
        try:
            await asyncio.wait_for(_listening(port), 30)
            await visit(f"https://127.0.0.1:{port}")
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(whole())


async def _listening(port: int) -> None:
    while True:
        with suppress(ConnectionRefusedError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.01)


def _ours(secrets: Secrets) -> ssl.SSLContext:
    mine = secrets.client_certificate("control")
    return mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)


def test_a_certificate_of_the_environment_opens_the_door(secrets: Secrets) -> None:
    async def visit(root: str) -> None:
        async with async_client(_ours(secrets)) as client:
            answer = await client.get(f"{root}/metrics")

        assert answer.status_code == 200
        assert "ndc_exporter_collector_success" in answer.text

    _visit(secrets, visit)


def test_a_monitor_sees_when_the_certificate_of_a_host_ends_and_remembers_it(
    secrets: Secrets,
) -> None:
    name = _host().name
    seen: list[dict[HostName, datetime]] = []

    async def visit(root: str) -> None:
        ends = ShownEnds(_ours(secrets), httpx.URL(root).port or 0)
        here, nowhere = IPv4Address("127.0.0.1"), IPv4Address("127.9.9.9")
        seen.extend(
            [
                await ends.look([(name, address)], deadline=DEADLINE)
                for address in (nowhere, here, nowhere)
            ]
        )

    _visit(secrets, visit)

    end = certificate_ends(secrets)[str(name)]
    assert seen == [{}, {name: end}, {name: end}]


def test_a_reader_of_openmetrics_gets_it_and_any_other_reads_text(secrets: Secrets) -> None:
    async def visit(root: str) -> None:
        async with async_client(_ours(secrets)) as client:
            wanted = {"accept": "application/openmetrics-text;version=1.0.0"}
            first = await client.get(f"{root}/metrics", headers=wanted)
            other = await client.get(f"{root}/metrics")

        assert first.headers["content-type"].startswith("application/openmetrics-text")
        assert first.text.endswith("# EOF\n")
        assert other.headers["content-type"].startswith("text/plain; version=0.0.4")

    _visit(secrets, visit)


def test_nobody_without_a_certificate_is_served(secrets: Secrets) -> None:
    async def visit(root: str) -> None:
        tls = ssl.create_default_context(cafile=secrets.authority.certificate)
        async with httpx.AsyncClient(verify=tls, trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"{root}/metrics")

    _visit(secrets, visit)


def test_a_visitor_who_says_nothing_keeps_nobody_waiting(secrets: Secrets) -> None:
    async def visit(root: str) -> None:
        url = httpx.URL(root)
        silent = [await asyncio.open_connection(url.host, url.port) for _ in range(5)]
        async with async_client(_ours(secrets)) as client:
            answer = await asyncio.wait_for(client.get(f"{root}/metrics"), 3)
        for _, writer in silent:
            writer.close()

        assert answer.status_code == 200

    _visit(secrets, visit)


def test_what_is_not_there_and_what_is_not_json_is_refused(secrets: Secrets) -> None:
    async def visit(root: str) -> None:
        urls = (f"{root}/nowhere", f"{root}/metrics", "https://127.0.0.1:9")
        async with async_client(_ours(secrets)) as client:
            for url in urls:
                with pytest.raises(NotSeen, match="no useful answer") as refused:
                    await look_async(client, url, deadline=DEADLINE)
                assert refused.value.refused

    _visit(secrets, visit)


def test_a_port_that_is_taken_is_told_and_nothing_stays_open(secrets: Secrets) -> None:
    page = application(Page([], SystemClock()))
    with socket.socket() as taken:
        taken.bind(("127.0.0.2", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Rejected, match="cannot be had") as refused:
            asyncio.run(serve(page, _this_host(secrets), port))

    assert refused.value.actual == "Address already in use"
    assert "ss -tlnp" in refused.value.next_step


def test_silence_is_not_refusal(secrets: Secrets) -> None:
    async def whole() -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            url = f"https://127.0.0.1:{listening.getsockname()[1]}"
            async with async_client(_ours(secrets)) as client:
                with pytest.raises(NotSeen, match="did not answer") as silent:
                    await look_async(client, url, deadline=timedelta(milliseconds=100))

        assert not silent.value.refused

    asyncio.run(whole())


def test_who_looks_notes_until_when_the_certificate_lasts_that_was_shown(
    secrets: Secrets,
) -> None:
    shown = ShownCertificates()

    async def visit(root: str) -> None:
        async with async_client(_ours(secrets)) as client:
            client.event_hooks = {"response": [shown.note]}
            await client.get(f"{root}/metrics")

    _visit(secrets, visit)

    issued = certificate_ends(secrets)[_host().name]
    assert shown.ends == {IPv4Address("127.0.0.1"): issued}


def _renewed(secrets: Secrets, here: ThisHost, *, until: timedelta) -> None:
    """Issue the certificate of ``here`` again, for the same key, with less than ``until`` left."""
    files = secrets.host_certificate(here.host.name)
    files.certificate.unlink()
    ensure_secrets(secrets.folder, _network(), Moved(timedelta(days=-397) + until))


def test_what_was_renewed_or_revoked_is_found_within_seconds() -> None:
    assert timedelta() < LOOK_EVERY <= timedelta(seconds=5)


def test_a_renewed_certificate_is_shown_without_another_start(secrets: Secrets) -> None:
    def ends(root: str) -> str:
        url = httpx.URL(root)
        with (
            socket.create_connection((url.host, url.port or 0)) as raw,
            _ours(secrets).wrap_socket(raw, server_hostname=url.host) as connection,
        ):
            return str((connection.getpeercert() or {})["notAfter"])

    async def visit(root: str) -> None:
        before = await asyncio.to_thread(ends, root)
        _renewed(secrets, _this_host(secrets), until=timedelta(days=90))
        async with asyncio.timeout(10):
            while await asyncio.to_thread(ends, root) == before:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(SOON.total_seconds())

    _visit(secrets, visit)


def test_a_certificate_that_is_revoked_is_refused_without_another_start(
    secrets: Secrets,
) -> None:
    stranger = next(iter(network().hosts_with(Role.SERVICE)))
    files = secrets.agent_certificate(stranger.name)
    known = mutual_tls(secrets.authority.certificate, files.certificate, files.key)

    async def is_served(root: str) -> bool:
        async with async_client(known) as client:
            try:
                return (await client.get(f"{root}/metrics")).status_code == 200
            except httpx.TransportError:
                return False

    async def visit(root: str) -> None:
        was_served = await is_served(root)
        files.key.unlink()
        ensure_secrets(secrets.folder, _network())
        _this_host(secrets)
        async with asyncio.timeout(10):
            while await is_served(root):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(SOON.total_seconds())
        async with async_client(_ours(secrets)) as client:
            answer = await client.get(f"{root}/metrics")

        assert was_served
        assert answer.status_code == 200

    _visit(secrets, visit)
