"""A member that stays apart is told of for as long as the copy is there that holds the rest."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from access.clients.prometheus import Sample
from dr.logs.tail import MARK, Tail
from dr.onhost.disk_watch import DiskWatch
from dr.onhost.member_page import MemberPage
from dr.onhost.postmaster import Postmaster
from inventory.network import Network
from monitors.look.apart import with_apart
from monitors.look.clusters import database_view
from monitors.look.sightings import Sightings
from tests.networks import network
from tests.snapshots import NOON, all_well

TAIL = Tail(
    database="general-db",
    host="ndc01-data",
    timeline=45,
    fork=0xC376A10,
    last=0xC382EE8,
    commits=73,
    since="2026-11-25 21:49:51Z",
    kept="/var/lib/postgresql/kept/general-db/x",
)
LINE = re.compile(r'(\w+)\{database="([^"]+)"\} (\S+)')


def _watched(copy: Path) -> DiskWatch:
    return DiskWatch(copy, Postmaster(copy), lambda: False)


def _page(tmp_path: Path, mark: str | None) -> str:
    copy, page = tmp_path / "general-db", tmp_path / "apart.prom"
    copy.mkdir()
    if mark is not None:
        (copy / MARK).write_text(mark, "utf-8")
    MemberPage("ndc01-data", [_watched(copy)], page).write_if_other(timedelta())
    assert page.stat().st_mode & 0o777 == 0o644  # another account reads it
    return page.read_text("utf-8")


def test_a_person_reads_of_a_member_what_its_host_tells(tmp_path: Path) -> None:
    of: Network = network()
    database = of.databases[0]
    member = database.members[0]
    page = _page(tmp_path, replace(TAIL, database=database.name).text())
    told = tuple(
        Sample(
            {"__name__": name, "database": of_it, "host": member.host, "site": member.site},
            float(value),
            NOON,
        )
        for name, of_it, value in LINE.findall(page)
    )
    readings = replace(all_well(of), samples={member.host: told})

    view = with_apart(database_view(of, database, readings, Sightings({}, NOON)), readings)

    (apart,) = (one.apart for one in view.members if one.apart)
    assert view.members[0].apart is apart
    assert (apart.commits, apart.kept) == (73, True)
    assert f"{apart.since:%Y-%m-%d %H:%M:%SZ}" == TAIL.since


def test_a_mark_that_cannot_be_read_is_told_as_the_worst(tmp_path: Path) -> None:
    assert _page(tmp_path, "torn {") == 'ndc_member_tail_kept{database="general-db"} 0\n'


def test_without_a_mark_or_with_another_members_nothing_is_told(tmp_path: Path) -> None:
    assert _page(tmp_path, None) == ""
    (tmp_path / "another").mkdir()
    assert _page(tmp_path / "another", replace(TAIL, host="ndc02-data").text()) == ""


def test_who_leads_stays_apart_from_nobody_and_its_mark_goes(tmp_path: Path) -> None:
    copy = tmp_path / "general-db"
    copy.mkdir()
    (copy / MARK).write_text(TAIL.text(), "utf-8")
    page = MemberPage("ndc01-data", [_watched(copy)], tmp_path / "members.prom")

    with subprocess.Popen(["sleep", "60"], cwd=copy) as leader:
        (copy / "postmaster.pid").write_text(f"{leader.pid}\n", "ascii")
        page.write_if_other(timedelta())
        leader.kill()

    assert page.path.read_text("utf-8") == ""
    assert not (copy / MARK).exists()


def test_a_page_that_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    page = MemberPage("ndc01-data", [], tmp_path / "members.prom")

    page.write_if_other(timedelta())
    (tmp_path / "members.prom").unlink()
    page.write_if_other(timedelta())

    assert not (tmp_path / "members.prom").exists()
