"""Whoever shows a certificate of the environment is served; nobody else keeps anybody waiting."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

import httpx
import pytest

from access.clients.http import async_client, look_async, mutual_tls
from access.https_server import serve
from access.secrets import Secrets, ensure_secrets
from access.this_host import ThisHost
from core.errors import NotSeen, Rejected
from core.system_clock import SystemClock
from inventory.network import Host
from monitors.onhost.exporter import application
from monitors.page import Page
from tests.networks import network

DEADLINE = timedelta(seconds=5)
Visit = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Return the secrets of a whole environment."""
    here = replace(network(), hosts=(_host(), *network().hosts[1:]))
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets", here)


def _host() -> Host:
    return replace(
        network().hosts[0],
        loopback=IPv4Address("127.0.0.1"),
        management=IPv4Interface("127.0.0.2/8"),
    )


def _this_host(secrets: Secrets) -> ThisHost:
    folder = secrets.host_certificate(_host().name).key.parent
    (folder / "ca.crt").write_bytes(secrets.authority.certificate.read_bytes())
    return ThisHost(network(), _host(), folder)


def _visit(secrets: Secrets, visit: Visit) -> None:
    this_host = _this_host(secrets)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]

    async def whole() -> None:
        page = application(Page([], SystemClock()))
        serving = asyncio.create_task(serve(page, this_host, port))
        await asyncio.sleep(0.3)
        try:
            await visit(f"https://127.0.0.1:{port}")
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(whole())


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
