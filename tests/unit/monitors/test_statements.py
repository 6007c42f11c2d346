"""What the probe says under its key: raw lines that chain, what was read back, what it was told."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from access.clients.probe import measured, probe_key, witnessed
from access.clients.signatures import is_signed
from core.errors import NotSeen
from monitors.ledger import GENESIS, Head, WriteOutcome, unchained
from monitors.probe.application import MOST_TOLD
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.service_probe import ServiceProbe
from monitors.probe.statements import NAMESPACE
from reference.memory import MemoryStore
from tests.ledgers import at, chain, write
from tests.probes import OATH, PROBE, acknowledged, asking, play

MINUTE = timedelta(minutes=1)


def test_a_measure_comes_with_what_it_was_counted_from(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 30)
        first, *others, last = sorted(probe.recent(), key=lambda entry: entry.due_at)[5:20]
        window = (first.due_at, last.due_at)
        async with asking(probe) as client:
            answer = await measured(client, PROBE, "portal", window=window, deadline=MINUTE)

        statement, testimony = json.loads(answer.testimony.statement.text), answer.testimony
        lines = testimony.ledger.splitlines()
        entries, head = unchained(lines, Head(0, statement["before"]))
        good = [entry for entry in entries if entry.outcome is WriteOutcome.OK]
        within = [entry.key for entry in good if window[0] <= entry.due_at <= window[1]]
        assert head == Head(statement["lines"], statement["after"])
        assert len(within) == answer.measure.acknowledged >= len(others)
        assert set(within) <= json.loads(testimony.ids).keys()
        assert sha256(testimony.ids.encode()).hexdigest() == statement["ids_sha256"]
        signature = testimony.statement.signature
        assert is_signed(testimony.statement.text, signature, OATH.key.public_key, NAMESPACE)

    play(tmp_path, story)


def test_it_signs_what_it_is_told_with_the_moment_and_the_end_of_its_ledger(
    tmp_path: Path,
) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 5)
        before = probe.now()
        async with asking(probe) as client:
            signed = await witnessed(client, PROBE, "so it was", deadline=MINUTE)
            key = await probe_key(client, PROBE, deadline=MINUTE)

        statement = json.loads(signed.text)
        (end,) = statement["ledgers"].values()
        hashes = [line.rpartition('"')[0][-64:] for line in _lines(tmp_path)]
        assert is_signed(signed.text, signed.signature, key.key, NAMESPACE)
        assert (statement["told"], statement["probe"]) == ("so it was", key.host)
        assert before <= datetime.fromisoformat(statement["at"]) <= probe.now()
        assert hashes[end["lines"] - 1] == end["hash"]

    play(tmp_path, story)


@pytest.mark.parametrize("text", ["", "x" * (MOST_TOLD + 1)], ids=["nothing", "too much"])
def test_it_signs_neither_nothing_nor_whatever_fits(tmp_path: Path, text: str) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 1)
        async with asking(probe) as client:
            with pytest.raises(NotSeen):
                await witnessed(client, PROBE, text, deadline=MINUTE)

    play(tmp_path, story)


def test_a_stretch_leaves_no_line_out_and_names_the_one_before(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "portal.jsonl")
    entries = [write(n) for n in (1, 2, 3, 9, 4, 5, 6, 300)]
    lines = chain(entries)
    for entry in entries:
        ledger.append(entry)
    ledger.sync()

    whole = ledger.stretch(at(1), at(400))
    part = ledger.stretch(at(3), at(5))
    none = ledger.stretch(at(120), at(130))

    assert (whole.before, whole.lines) == (GENESIS, tuple(lines))
    assert part.lines == tuple(lines[2:7])
    assert _hash(lines[1]) == part.before
    assert _hash(lines[6]) == part.after
    assert (none.lines, none.before) == ((), none.after)
    ledger.close()


def _lines(folder: Path) -> list[str]:
    return (folder / "portal.jsonl").read_text("utf-8").splitlines()


def _hash(line: str) -> str:
    return unchained([line])[1].hash
