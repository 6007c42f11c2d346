"""Which windows a probe tells of: what fits into its memory, and what its ledger holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitors.probe import ledger_file
from monitors.probe.application import LONGEST_WINDOW
from monitors.probe.read_back import WITHIN
from monitors.probe.service_probe import RECENT, ServiceProbe
from reference.memory import MemoryStore
from tests.probes import acknowledged, asking, play


def test_a_window_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 1)
        since = (probe.now() - LONGEST_WINDOW - timedelta(seconds=1)).isoformat()
        async with asking(probe) as client:
            answers = [
                await client.get(f"/{what}/portal", params={"since": since})
                for what in ("measure", "ledger")
            ]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].text == "a window is 2:00:00 long at most\n"

    play(tmp_path, story)


def test_of_what_the_service_need_not_keep_nothing_is_told(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 1)
        since = probe.now() - WITHIN - timedelta(seconds=1)
        window = {"since": since.isoformat(), "until": (since + RECENT).isoformat()}
        async with asking(probe) as client:
            assert (await client.get("/measure/portal", params=window)).status_code == 410

    play(tmp_path, story)


def test_of_what_the_ledger_no_longer_holds_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_file, "LARGEST_BYTES", 4000)
    monkeypatch.setattr(ledger_file, "KEPT_BYTES", 24_000)

    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        began = probe.now()
        await acknowledged(probe, 120)
        async with asking(probe) as client:
            gone = await client.get("/measure/portal", params={"since": began.isoformat()})
            lately = (probe.now() - timedelta(seconds=0.3)).isoformat()
            there = await client.get("/measure/portal", params={"since": lately})

        assert (gone.status_code, there.status_code) == (410, 200)

    play(tmp_path, story)
