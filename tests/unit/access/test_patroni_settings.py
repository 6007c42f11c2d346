"""What leaders do without a copy to wait for, as the settings say that Patronis share."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from access.clients import patroni_settings
from access.clients.patroni import LOOK
from core.errors import NotSeen
from inventory.promises import LastCopy

ROOT = "https://host:8008"
SETTINGS = {"ttl": 20, "synchronous_mode_strict": True, "postgresql": {"use_slots": True}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps(SETTINGS), LastCopy.BLOCK),
        ('{"synchronous_mode_strict": false}', LastCopy.CONTINUE),
        ('{"ttl": 20}', LastCopy.CONTINUE),
        ('{"synchronous_mode_strict": "on"}', None),
        ("[]", None),
        ("", None),
    ],
)
def test_the_settings_say_it_or_cannot_be_read(text: str, told: LastCopy | None) -> None:
    assert patroni_settings.last_copy(text) is told


@pytest.mark.parametrize("last_copy", list(LastCopy))
def test_a_change_leaves_all_else_as_it_is(last_copy: LastCopy) -> None:
    changed = patroni_settings.with_last_copy(json.dumps(SETTINGS), last_copy)

    assert patroni_settings.last_copy(changed) is last_copy
    assert json.loads(changed) == SETTINGS | {
        "synchronous_mode_strict": last_copy is LastCopy.BLOCK
    }


def _asked(status: int, answer: object) -> LastCopy:
    def respond(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/config"
        return httpx.Response(status, json=answer)

    async def ask() -> LastCopy:
        async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
            return await patroni_settings.last_copy_async(client, ROOT, deadline=LOOK)

    return asyncio.run(ask())


def test_a_patroni_tells_it() -> None:
    assert _asked(200, SETTINGS) is LastCopy.BLOCK


@pytest.mark.parametrize(
    ("status", "answer"), [(502, None), (200, []), (200, {"synchronous_mode_strict": 1})]
)
def test_what_no_patroni_says_is_not_seen(status: int, answer: object) -> None:
    with pytest.raises(NotSeen):
        _asked(status, answer)
