"""What a service keeps of measurements: nothing that is older than its operator says."""

from __future__ import annotations

import asyncio

import pytest

from reference.application import application
from reference.configuration import Configuration
from reference.memory import MemoryStore
from reference.submissions import Draft

FORGETFUL = Configuration(
    name="portal",
    title="Portal",
    listen_port=8080,
    site="ndc02",
    host="ndc02-app",
    dsn="",
    measurements_kept_seconds=0,
)


def test_old_measurements_go_by_themselves_and_what_citizens_sent_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    monkeypatch.setattr("reference.application._FORGET_AT_ONCE", 2)
    monkeypatch.setattr("reference.application._FORGET_PAUSE_SECONDS", 0)

    async def whole() -> None:
        await store.prepare()
        for number in range(7):
            await store.keep(Draft(f"m{number}", {"marker": f"m{number}"}, "ndc02", "ndc02-app"))
        await store.keep(Draft("mine", {"text": "a"}, "ndc02", "ndc02-app"))
        app = application(FORGETFUL, store)
        async with app.router.lifespan_context(app), asyncio.timeout(10):
            while await store.by_keys(tuple(f"m{number}" for number in range(7))):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
            assert [one.body for one in await store.by_keys(("mine",))] == [{"text": "a"}]

    asyncio.run(whole())
