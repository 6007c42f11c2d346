"""Looking through HTTPS: one question, one deadline, JSON back."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from core.errors import Rejected, Unreachable, WorldError

UNLIMITED = httpx.Limits(max_connections=None, max_keepalive_connections=None)


def mutual_tls(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a context that trusts the environment's authority alone, and shows who we are.

    Raises:
        Rejected: one of the files is not there or not what it should be.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Rejected(
            "the certificates for looking cannot be used",
            expected=f"{authority}, {certificate}, {key}",
            actual=(error.strerror or str(error)).lower(),
            next_step="run `ndc up`, which makes what is missing",
        ) from error
    return context


def asking(tls: ssl.SSLContext) -> httpx.AsyncClient:
    """Return a client for ``get_json``; it asks no proxy and follows nobody."""
    return httpx.AsyncClient(verify=tls, limits=UNLIMITED, trust_env=False)


async def get_json(
    client: httpx.AsyncClient,
    url: str,
    *,
    deadline: timedelta,
    parameters: Mapping[str, str] | None = None,
) -> Any:
    """Return the JSON that ``url`` answers within ``deadline``.

    Raises:
        Rejected: somebody is there and said no, or refused the connection.
        Unreachable: no answer in time.
    """
    return await _answer(client, "GET", url, deadline, {"params": parameters})


async def post_json(
    client: httpx.AsyncClient,
    url: str,
    body: Mapping[str, Any],
    *,
    deadline: timedelta,
    auth: httpx.Auth | None = None,
) -> Any:
    """Return the JSON that ``url`` answers to a question which ``body`` holds.

    Raises:
        Rejected, Unreachable: as ``get_json``.
    """
    return await _answer(client, "POST", url, deadline, {"json": body, "auth": auth})


async def _answer(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    deadline: timedelta,
    options: Mapping[str, Any],
) -> Any:
    whole = deadline.total_seconds()
    # TCP and TLS have a bound of their own: the library leaks a handshake that is cancelled
    steps = httpx.Timeout(whole, connect=0.45 * whole)
    try:
        async with asyncio.timeout(whole):
            response = await client.request(method, url, timeout=steps, **options)
        response.raise_for_status()
        return response.json()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise translated(error, url) from error
    except TimeoutError as error:
        raise _unreachable(url, f"no answer within {whole:g} s") from error
    except ValueError as error:
        raise _rejected(url, "an answer that is not JSON") from error


def translated(
    error: httpx.HTTPError | httpx.InvalidURL | httpx.StreamError, url: str
) -> WorldError:
    """Return what is known after ``error``: asked and refused, or not answered."""
    match error:
        case httpx.HTTPStatusError():
            return _rejected(url, f"HTTP {error.response.status_code}")
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return _rejected(url, str(error))
        case httpx.ConnectError() if _is_refusal(error):
            return _rejected(url, "connection refused: nothing listens there")
        case _:
            return _unreachable(url, str(error) or type(error).__name__)


def _is_refusal(error: BaseException) -> bool:
    return any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _rejected(url: str, actual: str) -> Rejected:
    return Rejected(
        f"{url} gave no useful answer",
        expected="JSON",
        actual=actual,
        next_step="see what the host logs: `ndc ssh HOST -- journalctl -n 50`",
    )


def _unreachable(url: str, actual: str) -> Unreachable:
    return Unreachable(
        f"{url} did not answer",
        expected="an answer within the deadline",
        actual=actual,
        next_step="`ndc status` shows which hosts and links are up",
    )
