"""The stored texts of drills: how each is written now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from dr.drills.answered import Answered
from dr.drills.drill_report import DrillReport, drill_json
from dr.drills.drill_report_text import drill_report_text
from dr.drills.record import DrillRecord, read_record
from dr.live.drill_folder import DrillFolder

HERE = Path(__file__).resolve().parent
DRILL = "20300101-000010-site-loss"


def kept(folder: Path, value: Iterable[DrillRecord]) -> None:
    for record in value:
        DrillFolder(folder).keep(record)


def reported(folder: Path, _: Any) -> None:
    record = read_record((HERE / "now" / "drill.json").read_text("utf-8"), "a drill")
    made = DrillReport(
        record=record,
        title="All hosts of the site that serves lose their power",
        environment="test",
        recovery_time=timedelta(minutes=15),
        recovery_point=timedelta(seconds=30),
        ended_at=record.began_at + timedelta(minutes=1),
        before={},
        after={},
        answered=Answered("nobody", failure="it was broken off"),
        measure=None,
        served=None,
        well=None,
        stayed=timedelta(),
        left=(),
    )
    DrillFolder(folder).keep(record)
    DrillFolder(folder).keep_report(record.id, drill_report_text(made), drill_json(made))
