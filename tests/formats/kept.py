"""Each stored text: where its reader looks for it, what reads it, what writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from access.paths import Paths
from access.this_host import read_this_host
from core.audit import AuditLine, AuditLog
from core.formats import FIRST, Format
from core.measure import Window
from core.runs.journal import Request
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr import admission, placement
from dr.drills.cadence import held_drill, proof_text, read_proof
from dr.hosts import announcing, epochs
from dr.live.drill_folder import DrillFolder
from dr.live.run_folder import RunFolder
from dr.onhost.epoch_record import EpochRecord
from dr.planning.plan import codec, to_text
from dr.reporting.ending import Ending
from dr.reporting.report import Noticed, report
from dr.reporting.report_json import report_json
from dr.simulation.timeline import Timeline
from dr.verifier.contents import stated
from dr.watch import deeds, judging, lever, lookout
from inventory.allocations import Allocations
from inventory.loader import load
from inventory.names import EnvironmentName
from inventory.network_text import network_to_plain
from lab import machine
from lab.state import LabRecords, State
from monitors.look.sightings import recalled, remember
from ndc.wiring import environment, running_network
from routing.refusals import read_refusals, refusals_text
from tests.formats import drills, ledgers, told
from tests.rehearsals import RUN, SERVICE, rehearsal

HERE = Path(__file__).resolve().parent
_REQUEST = f"{RUN}/inbox/20300101-000003-000000-skip.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """One text; folders are those that ``read`` and ``write`` are given."""

    format: Format
    at: str
    """where it is read, below the folder"""
    read: Callable[[Path], Any]
    write: Callable[[Path, Any], object] | None = None
    """None: a person writes it"""
    unknown: Any = None
    """what is read where an unknown number is no error; None: it is one"""

    def put(self, folder: Path, text: str) -> Path:
        """Make ``text`` be what ``read`` finds in ``folder``."""
        path = folder / self.at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


def _plain(path: Path) -> str:
    return path.read_text("utf-8")


def _environment(folder: Path) -> environment.Environment:
    described = environment.Description(number=7, profile="tiny", inventory=folder / "nowhere")
    return environment.Environment(Paths(folder, EnvironmentName("test")), described)


def _opened(folder: Path) -> environment.Description:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NDC_HOME", str(folder))
        return environment.opened("test").description


def _running(folder: Path) -> Any:
    return running_network.running(_environment(folder), lambda _: None)


def _here(folder: Path) -> Any:
    (folder / "host.json").write_text('{"host": "ndc01-node"}', "utf-8")
    return read_this_host(folder / "host.json").network


def _register(folder: Path) -> machine.Register:
    with machine.changing(folder) as register:
        return register


def _registered(folder: Path, value: machine.Register) -> None:
    with machine.changing(folder) as register:
        register.numbers, register.homes = value.numbers, value.homes
        register.shared = value.shared


def _recorded(folder: Path, value: LabRecords) -> None:
    state = State(folder / "state.json")
    for records in (value.segments, value.hosts, value.links):
        for record in records.values():
            state.record(record)


def _run(folder: Path) -> RunFolder:
    return RunFolder(folder, RunName(RUN))


def _requests(folder: Path) -> list[Request]:
    return list(_run(folder).inbox().requests())


def _posted(folder: Path, value: Iterable[Request]) -> None:
    (folder / RUN / "inbox").mkdir(parents=True)
    for request in value:
        _run(folder).inbox().post(request)


def _audited(folder: Path, value: Iterable[AuditLine]) -> None:
    folder.mkdir(exist_ok=True)
    for line in value:
        fields = {k: v for k, v in line.fields.items() if k in {"what", "command", "by"}}
        AuditLog(folder, Timeline()).append(fields)


def _records(folder: Path) -> list[Any]:
    opened, *rest = _run(folder).journal(SystemClock()).records()
    # its number is all that may differ
    entry: Any = opened.entry
    return [replace(opened, entry=replace(entry, format=FIRST)), *rest]


def _journalled(folder: Path, value: Iterable[Any]) -> None:
    opened, *rest = value
    begun = replace(opened, entry=replace(opened.entry, format=Format.JOURNAL.number))
    lines = b"".join(codec().encode(record) + b"\n" for record in (begun, *rest))
    _written(folder / RUN / "journal.jsonl", lines.decode())


def _reported(folder: Path, _: Any) -> None:
    text = HERE / "1eb6005" / "journal.jsonl"
    records = codec().decode(text.read_bytes().splitlines(), "the journal")
    service = rehearsal("tiny").network.service(SERVICE)
    made = report(records, [Noticed(service, None, Ending(at_target=True, protected=True))])
    _written(folder / RUN / "report.json", report_json(made) + "\n")


def _epochs(folder: Path) -> dict[str, int]:
    return EpochRecord(folder, SystemClock()).read()


def _written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _windowed(folder: Path, value: Window) -> None:
    (folder / RUN).mkdir(parents=True)
    _run(folder).keep_window(SERVICE, value)


def _described(folder: Path, value: environment.Description) -> None:
    made = value.model_copy(update={"format": Format.ENVIRONMENT.number})
    _written(folder / "var/test/environment.json", f"{made.text()}\n")


def _kept(folder: Path, value: Any) -> None:
    (folder / "var/test").mkdir(parents=True)
    running_network.keep(_environment(folder), value)


def _whole(format_: Format, read: Callable[[str], Any], text: Callable[[Any], str]) -> Kept:
    return Kept(
        format_,
        "it",
        lambda folder: read(_plain(folder / "it")),
        lambda folder, value: _written(folder / "it", text(value)),
    )


def _evidence(format_: Format) -> Kept:
    """Return a text as who verifies evidence reads it; what is signed is never written anew."""
    return Kept(format_, "it", lambda folder: stated(format_, _plain(folder / "it"), "it"))


KEPT = {
    "inventory.yaml": Kept(
        Format.INVENTORY,
        "network.yaml",
        lambda folder: load({"network.yaml": _plain(folder / "network.yaml")}),
    ),
    "allocations.yaml": Kept(
        Format.ALLOCATIONS,
        "allocations.yaml",
        lambda folder: Allocations.from_yaml(_plain(folder / "allocations.yaml")),
        lambda folder, value: _written(folder / "allocations.yaml", value.to_yaml()),
    ),
    "environment.json": Kept(Format.ENVIRONMENT, "var/test/environment.json", _opened, _described),
    "network.json": Kept(Format.NETWORK, "var/test/network.json", _running, _kept),
    "network-on-a-host.json": Kept(
        Format.NETWORK,
        "network.json",
        _here,
        lambda folder, value: _written(
            folder / "network.json",
            json.dumps(network_to_plain(value), indent=4, sort_keys=True),
        ),
    ),
    "register.json": Kept(Format.REGISTER, "register.json", _register, _registered),
    "lab-state.json": Kept(
        Format.LAB, "state.json", lambda folder: State(folder / "state.json").records, _recorded
    ),
    "plan.json": Kept(
        Format.PLAN,
        f"{RUN}/plan.json",
        lambda folder: _run(folder).plan(),
        lambda folder, value: _written(folder / RUN / "plan.json", to_text(value) + "\n"),
    ),
    "journal.jsonl": Kept(Format.JOURNAL, f"{RUN}/journal.jsonl", _records, _journalled),
    "request.json": Kept(Format.JOURNAL, _REQUEST, _requests, _posted, unknown=[]),
    "window.json": Kept(
        Format.WINDOW,
        f"{RUN}/window-{SERVICE}.json",
        lambda folder: _run(folder).window(SERVICE),
        _windowed,
    ),
    "report.json": Kept(
        Format.REPORT,
        f"{RUN}/report.json",
        lambda folder: json.loads(_run(folder).report_json() or "")["title"],
        _reported,
    ),
    "drill.json": Kept(
        Format.DRILL,
        f"{drills.DRILL}/drill.json",
        lambda folder: DrillFolder(folder).records(),
        drills.kept,
    ),
    "drill-report.json": Kept(
        Format.DRILL_REPORT,
        f"{drills.DRILL}/report.json",
        lambda folder: held_drill(DrillFolder(folder).report_json(drills.DRILL)),
        drills.reported,
    ),
    "placement.json": _whole(Format.PLACEMENT, placement.read_placement, placement.placement_text),
    "claim.json": _whole(Format.CLAIM, placement.read_claim, placement.claim_text),
    "word.json": _whole(Format.ANNOUNCER, announcing.read_word, announcing.word_text),
    "sight-word.json": _whole(Format.SIGHT, lookout.read_sight_word, lookout.sight_word_text),
    "judgement.json": _whole(Format.JUDGEMENT, judging.read_judgement, judging.judgement_text),
    "deed.json": _whole(Format.DEED, deeds.read_deed, deeds.deed_text),
    "relocation.json": _whole(Format.DEED, deeds.read_deed, deeds.deed_text),
    "exclusion.json": _whole(Format.EXCLUSION, admission.read_exclusion, admission.exclusion_text),
    "lever.json": _whole(Format.HOLD, lever.read_hold, lever.hold_text),
    "anchor.json": _evidence(Format.ANCHOR),
    "statement.json": _evidence(Format.STATEMENT),
    "pack.json": _evidence(Format.PACK),
    "refusals.json": _whole(Format.REFUSALS, lambda text: read_refusals(text, "it"), refusals_text),
    "epochs.json": Kept(
        Format.EPOCHS,
        "epochs.json",
        _epochs,
        lambda folder, value: EpochRecord(folder, SystemClock()).write(value),
    ),
    "store-places.json": Kept(Format.STORE_PLACES, "it.json", told.places, told.keep_places),
    "store-order.json": Kept(Format.STORE_ORDER, "it.json", told.order, told.keep_order),
    "tail.json": _whole(Format.TAIL, told.tail, told.tail_text),
    "rows.json": _whole(Format.ROWS, told.rows, told.rows_text),
    "losses.json": Kept(Format.LOSSES, "portal.losses.json", ledgers.lost, ledgers.noted),
    "drill-word.json": _whole(Format.DRILL_WORD, partial(read_proof, source="it"), proof_text),
    "words.json": _whole(Format.WORDS, epochs.GuardRequest.parse, epochs.GuardRequest.text),
    "ledger.jsonl": Kept(Format.LEDGER, "ledger.jsonl", ledgers.ledger, ledgers.appended),
    "audit.jsonl": Kept(
        Format.AUDIT,
        "2030-01.jsonl",
        lambda folder: AuditLog(folder, Timeline()).read().lines,
        _audited,
    ),
    "sightings.json": Kept(
        Format.SIGHTINGS,
        "sightings.json",
        lambda folder: recalled(folder / "sightings.json"),
        lambda folder, value: remember(folder / "sightings.json", value),
        unknown={},
    ),
}
"""by the name that the text has in the folders of this one"""


def texts() -> list[Path]:
    """Return every text beside this module that some version of ndc wrote."""
    return sorted(path for path in HERE.glob("*/*.*") if path.suffix != ".pyc")
