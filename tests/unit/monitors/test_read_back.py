"""What was acknowledged is read back until it is answered, and again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from core.errors import JournalCorrupt, NotSeen, Rejected
from core.measure import patience_with_reading_back
from monitors.probe import read_back
from monitors.probe.citizen import MOST_KEYS, Citizen
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.losses import KnownLoss, LossRecord
from monitors.probe.read_back import LATELY, WITHIN, ReadBack
from reference.configuration import Configuration
from tests.ledgers import TICK, at, write

SECOND = timedelta(seconds=1)


class Archive(Citizen):
    """A service that has written down what it holds, and may leave questions unanswered."""

    def __init__(self) -> None:
        super().__init__("https://nowhere", None)
        self.held: dict[str, int] = {}
        self.silences = 0
        """how many of the next questions get no answer"""
        self.asked: list[str] = []

    @override
    async def ids_of(self, keys: Sequence[str]) -> dict[str, list[int]]:
        if self.silences:
            self.silences -= 1
            raise NotSeen("the archive did not answer", refused=False)
        self.asked += keys
        return {key: [self.held[key]] if key in self.held else [] for key in keys}


class Reader:
    """A ledger in ``folder``, an archive that holds all of it, and who compares them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = Archive()
        self.ledger = LedgerFile(folder / "portal.jsonl")
        self.time = at(0)
        self.begin()

    def begin(self) -> None:
        """Begin as a probe that was started again."""
        self.losses = LossRecord(self.folder / "portal.losses.json")
        self.reads = ReadBack(self.archive, self.ledger, self.losses, self.now)

    def now(self) -> datetime:
        """Return a time that passes only by being asked."""
        self.time += TICK
        return self.time

    def promise(self, first: int, last: int) -> None:
        """Acknowledge the writes from ``first`` to ``last``."""
        for number in range(first, last + 1):
            self.ledger.append(write(number))
            self.archive.held[f"k{number}"] = number
        self.ledger.sync()

    def turn(self) -> list[str]:
        """Take one turn; return what was asked."""
        self.archive.asked.clear()
        asyncio.run(self.reads.turn())
        return self.archive.asked


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Return a reader that does not wait before it asks again."""
    monkeypatch.setattr(read_back, "_ASK_AGAIN_SECONDS", 0)
    reader = Reader(tmp_path)
    yield reader
    reader.ledger.close()


def test_a_question_without_an_answer_is_asked_again(reader: Reader) -> None:
    entries = [write(number) for number in range(1, 2 * MOST_KEYS + 1)]
    reader.archive.held = {entry.key: entry.sequence for entry in entries}
    reader.archive.silences = 5

    ids = asyncio.run(reader.reads.ids_of(entries))

    assert ids == {entry.key: [entry.sequence] for entry in entries}


def test_who_never_answers_is_asked_until_a_bound(reader: Reader) -> None:
    reader.archive.silences = 10**9
    began = reader.time

    ids = asyncio.run(reader.reads.ids_of([write(1)]))

    assert ids == {}
    assert reader.time - began < patience_with_reading_back(timedelta()) + SECOND


def test_what_a_service_need_not_keep_any_longer_is_not_missed(reader: Reader) -> None:
    reader.promise(1, 3)
    reader.promise(1000, 1000)
    reader.time = at(500) + WITHIN
    reader.archive.held.clear()

    asked = reader.turn()

    assert set(asked) == {"k1000"}
    assert len(reader.losses) == 1


def test_a_service_keeps_measurements_for_longer_than_they_are_read_back() -> None:
    settings = {"name": "n", "title": "t", "listen_port": 1, "site": "s", "host": "h", "dsn": ""}

    kept = Configuration.model_validate(settings).measurements_kept_seconds

    assert kept >= 2 * WITHIN.total_seconds()


def test_what_got_no_answer_is_asked_for_at_the_next_turn(reader: Reader) -> None:
    reader.promise(1, 8 * MOST_KEYS)
    reader.archive.silences = 10**9
    reader.turn()
    reader.archive.silences = 0

    assert reader.turn()[0] == "k1"


def test_a_write_that_was_found_once_and_is_missing_later_is_lost(reader: Reader) -> None:
    reader.promise(1, 50)
    reader.turn()
    assert len(reader.losses) == 0
    del reader.archive.held["k20"]

    reader.turn()

    assert [loss.key for loss in reader.losses.all()] == ["k20"]


def test_the_whole_ledger_is_gone_through_again_and_again(reader: Reader) -> None:
    count = 10 * MOST_KEYS
    reader.promise(1, count)
    everything = {f"k{number}" for number in range(1, count + 1)}

    first = {key for _ in range(3) for key in reader.turn()}
    again = {key for _ in range(3) for key in reader.turn()}

    assert (first, again) == (everything, everything)


@pytest.mark.parametrize(
    ("changes", "is_read_again"),
    [({}, False), ({"site": "ndc02"}, True), ({"ended_at": at(10_000)}, True)],
    ids=["nothing happened", "another site", "a silence"],
)
def test_after_a_move_or_a_silence_the_last_minutes_are_read_at_once(
    reader: Reader,
    changes: dict[str, object],
    is_read_again: bool,  # noqa: FBT001 - a column
) -> None:
    count = 24 * MOST_KEYS
    reader.promise(1, count)
    reader.turn()
    reader.turn()
    victim = f"k{count - 5}"
    del reader.archive.held[victim]
    reader.ledger.append(replace(write(count + 1), **changes))  # type: ignore[arg-type]  # fields of LedgerEntry
    reader.archive.held[f"k{count + 1}"] = count + 1
    reader.ledger.sync()

    for _ in range(3):
        reader.turn()

    assert (victim in {loss.key for loss in reader.losses.all()}) is is_read_again


def test_a_known_loss_stays_known_when_the_probe_starts_again(reader: Reader) -> None:
    reader.promise(1, 3)
    del reader.archive.held["k2"]
    reader.turn()
    since = reader.losses.since()

    reader.time += 10 * LATELY
    reader.begin()

    assert (len(reader.losses), reader.losses.since()) == (1, since)
    assert since is not None


def test_a_loss_that_is_found_again_is_none(reader: Reader) -> None:
    reader.promise(1, 3)
    del reader.archive.held["k2"]
    reader.turn()
    reader.archive.held["k2"] = 2

    reader.turn()
    reader.begin()

    assert (len(reader.losses), reader.losses.since()) == (0, None)


def test_a_write_under_another_id_is_lost(reader: Reader) -> None:
    reader.promise(1, 3)
    reader.archive.held["k3"] = 4

    reader.turn()

    assert [loss.id for loss in reader.losses.all()] == [3]


@pytest.mark.parametrize("text", ["", "[]", '{"losses": 1}', '{"format": 1}', "\x00"])
def test_a_damaged_record_of_losses_is_not_gone_on_with(tmp_path: Path, text: str) -> None:
    path = tmp_path / "portal.losses.json"
    path.write_text(text, "utf-8")

    with pytest.raises(JournalCorrupt):
        LossRecord(path)


def test_what_could_not_be_kept_is_kept_by_the_next_turn(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    losses = LossRecord(folder / "portal.losses.json")
    losses.note(KnownLoss("k1", 1, at(1), at(2)))
    with pytest.raises(Rejected):
        losses.keep()
    folder.mkdir()

    losses.keep()

    assert len(LossRecord(folder / "portal.losses.json")) == 1
