"""The stored texts of the probe: how each is read and written now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitors.ledger import Head, LedgerEntry, unchained
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.losses import KnownLoss, LossRecord


def ledger(folder: Path) -> list[LedgerEntry]:
    LedgerFile(folder / "ledger.jsonl").close()
    return unchained((folder / "ledger.jsonl").read_text("utf-8").splitlines(), Head())[0]


def appended(folder: Path, value: Iterable[LedgerEntry]) -> None:
    ledger = LedgerFile(folder / "ledger.jsonl")
    for entry in value:
        ledger.append(entry)
    ledger.close()


def lost(folder: Path) -> tuple[KnownLoss, ...]:
    return LossRecord(folder / "portal.losses.json").all()


def noted(folder: Path, value: Iterable[KnownLoss]) -> None:
    losses = LossRecord(folder / "portal.losses.json")
    for loss in value:
        losses.note(loss)
    losses.keep()
