"""What returned hosts would bring back is kept before it is shown, and shown before they return."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import NotSeen, PlanRefused, Rejected, Unreachable
from core.runs.plan import RunName
from dr.admission import Beside, Exclusion
from dr.live.admitting import Admitting
from dr.logs.row_list import RowList
from dr.logs.tail import Tail, read_tail
from dr.onhost.kept_main import kept
from dr.placement import Claim, Placement
from dr.simulation.timeline import Timeline
from dr.simulation.world import World, rehearsed
from inventory.names import DatabaseName, HostName, SiteName
from inventory.network import Database
from tests.networks import network
from tests.rehearsals import SERVICE

WHOLE = network("tiny")
OF = replace(WHOLE, databases=(WHOLE.database(DatabaseName("general-db")),))
"""one copy is looked at like another"""
BACK, LEADER = HostName("ndc01-node"), HostName("ndc02-node")
HOME, EDGE = SiteName("ndc01"), HostName("witness-node")
OUT = {BACK: Exclusion(RunName("20300101-without"), datetime(2030, 1, 1, tzinfo=UTC))}
TAIL = Tail("general-db", BACK, 1, 100, 900, 3, "2030-01-01 00:00:00Z", None, 2.0)
KEPT = replace(TAIL, kept="/var/lib/postgresql/kept/general-db/it")


@dataclass
class Copy:
    """The copy on ``BACK``."""

    follows_after: int = 0
    """looks"""
    tail: Tail | None = None
    apart: bool = False
    earlier: list[Tail] = field(default_factory=list)
    rows: dict[str, RowList] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def is_of_one_history(self) -> bool:
        self.follows_after -= 1
        return self.follows_after < 0 and self.tail is None

    def beside(self) -> Beside:
        return Beside((*self.earlier,), self.apart, self.rows)

    def leader(self) -> HostName:
        return LEADER

    def keep(self, leader: HostName) -> Tail | None:
        self.done.append(f"kept from {leader}")
        return self.tail


@dataclass
class Stage:
    copy: Copy
    world: World = field(default_factory=lambda: rehearsed(WHOLE, SERVICE))
    clock: Timeline = field(default_factory=Timeline)

    @property
    def admitting(self) -> Admitting:
        self.world.truth.excluded.update(OUT)
        return Admitting(OF, self.clock, self.world.doors, self._copy, OUT)

    def _copy(self, database: Database, host: HostName) -> Copy:
        assert (database.name, host) == (DatabaseName("general-db"), BACK)
        return self.copy


def test_a_copy_that_follows_holds_nothing_of_its_own() -> None:
    stage = Stage(Copy(follows_after=5))

    told = list(stage.admitting.look())

    assert told == ["ndc01-node holds nothing of general-db that no other copy has"]
    assert stage.copy.done == []
    assert stage.clock.elapsed().total_seconds() == 5


def test_what_only_it_holds_is_kept_and_told() -> None:
    stage = Stage(Copy(tail=KEPT, apart=True, earlier=[replace(KEPT, timeline=9)]))

    told = list(stage.admitting.look())

    assert stage.copy.done == ["kept from ndc02-node"]
    assert [line.rsplit("; ", 1)[1] for line in told] == ["800 bytes of log"] * 2
    assert "kept in /var/lib/postgresql/kept" in told[0]


def test_its_rows_are_named_where_a_person_looks() -> None:
    rows = RowList(3, 3, 3, "/it/rows.jsonl")
    stage = Stage(Copy(tail=KEPT, apart=True, earlier=[KEPT], rows={KEPT.name: rows}))

    shown, written_down = [*stage.admitting.look(rows=True)], [*stage.admitting.look()]

    assert shown[1:] == [f"    {sentence}" for sentence in rows.sentences()]
    assert written_down == shown[:1]


def test_what_cannot_be_kept_is_not_admitted() -> None:
    stage = Stage(Copy(tail=TAIL, apart=True))

    with pytest.raises(PlanRefused) as caught:
        list(stage.admitting.look())

    assert "not kept" in caught.value.what
    assert stage.world.doors.exclusions.excluded() == OUT


def test_a_copy_that_never_settles_is_looked_at_all_the_same() -> None:
    stage = Stage(Copy(tail=KEPT))

    assert list(stage.admitting.look())

    assert stage.clock.elapsed().total_seconds() >= 60
    assert stage.copy.done == ["kept from ndc02-node"]


def test_who_is_admitted_takes_part_again() -> None:
    stage = Stage(Copy())

    list(stage.admitting.admit())

    assert stage.world.doors.exclusions.excluded() == {}


def test_only_what_was_kept_whole_is_told(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "half").mkdir()
    (tmp_path / "whole/tail.json").write_text(KEPT.text(), "utf-8")

    ((told, rows),) = kept(tmp_path)

    assert told == json.loads(KEPT.text())
    assert rows is None
    assert read_tail(KEPT.text(), "it") == KEPT
    assert kept(tmp_path / "nothing") == []


def test_borders_accept_them_again_before_they_are_admitted() -> None:
    stage = Stage(Copy())
    admitting, served = stage.admitting, stage.world.truth.at(SERVICE)
    served.refused.add((EDGE, HOME))

    told = list(admitting.admit())

    assert told == [f"{EDGE} accepts {SERVICE} from {HOME} again"]
    assert served.refused == set()
    assert not stage.world.truth.excluded


def test_nobody_is_admitted_whom_a_border_may_refuse_still() -> None:
    stage = Stage(Copy())
    admitting = stage.admitting
    stage.world.truth.plant.freeze(EDGE)

    with pytest.raises(Unreachable, match=EDGE):
        list(admitting.admit())

    assert stage.world.truth.excluded == OUT


@pytest.mark.parametrize(("site", "admitted"), [("ndc01", False), ("ndc02", True)])
def test_who_is_said_to_write_a_store_that_a_run_moves_is_admitted_once_that_is_over(
    site: str, *, admitted: bool
) -> None:
    stage = Stage(Copy())
    admitting = stage.admitting
    held = stage.world.truth.stores[OF.stores[0].name]
    held.claim = Claim(RunName("20300101-without"), 1)
    held.placements.append(Placement(SiteName(site), 2, None))

    with nullcontext() if admitted else pytest.raises(Rejected, match=r"moves .* away from"):
        list(admitting.admit())

    assert (BACK not in stage.world.truth.excluded) is admitted


def test_nobody_is_looked_at_or_admitted_while_a_run_moves_what_they_may_take_part_in() -> None:
    stage = Stage(Copy())
    admitting, served = stage.admitting, stage.world.truth.at(SERVICE)
    free, served.claim = served.claim, Claim(RunName("20300101-without"), 1)

    for asked in (admitting.look, admitting.admit):
        with pytest.raises(Rejected, match=f"moves {SERVICE} while {BACK} may take part in it"):
            list(asked())
    served.claim = free
    stage.world.truth.quorum.stopped = True
    for asked in (admitting.look, admitting.admit):
        with pytest.raises(NotSeen):
            list(asked())

    assert stage.copy.done == []
    assert stage.world.truth.excluded == OUT


def test_a_run_that_moves_what_others_serve_keeps_nobody_out() -> None:
    stage = Stage(Copy())
    admitting = replace(stage.admitting, waiting={EDGE: OUT[BACK]})
    stage.world.truth.excluded = {EDGE: OUT[BACK]}
    stage.world.truth.at(SERVICE).claim = Claim(RunName("20300101-without"), 1)

    list(admitting.admit())

    assert not stage.world.truth.excluded
