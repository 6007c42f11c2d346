"""Servers that say what they are told to, through the library's own transport for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

SECOND = timedelta(seconds=1)


def answering(answers: Mapping[str, tuple[int, Any]]) -> httpx.Client:
    """Return a client whose world answers each path as told."""

    def answer(request: httpx.Request) -> httpx.Response:
        status, body = answers[request.url.path]
        return httpx.Response(status, text=body if isinstance(body, str) else json.dumps(body))

    return httpx.Client(transport=httpx.MockTransport(answer))


def failing(error: Exception) -> httpx.Client:
    """Return a client whose every request ends in ``error``."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return httpx.Client(transport=httpx.MockTransport(fail))
