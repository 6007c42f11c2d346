"""What a frozen site did last is drawn as its last, never as what it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitors.health.snapshot import Snapshot
from monitors.look.readings import PowerReading, ProbeReading
from stacks.substrates.port import Power
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, taken
from tui.map_view import map_lines
from tui.status_text import status_text
from tui.table_view import table_rows


@pytest.fixture(scope="module")
def frozen() -> Snapshot:
    """Return a network in which the leader's site froze, and Patroni's lease is not over yet."""
    of = network("tiny", *PORTAL_ALONE)
    gone = {host.name for host in of.hosts if host.site == "ndc01"}
    well = all_well(of)
    return taken(
        of,
        replace(
            well,
            power={**well.power, **{name: PowerReading(Power.FROZEN, NOON) for name in gone}},
            greetings={name: told for name, told in well.greetings.items() if name not in gone},
            clusters={key: told for key, told in well.clusters.items() if key[1] not in gone},
            progress={key: told for key, told in well.progress.items() if key[1] not in gone},
            probed={s.name: ProbeReading(answers=False, site=None) for s in of.services},
        ),
    )


def test_the_table_says_once_who_leads(frozen: Snapshot) -> None:
    rows = {row.key: row for row in table_rows(frozen)}

    assert (
        rows["database/general-db"].detail == "led by nobody (last: ndc01-node), ? of 1 synchronous"
    )
    assert "has no leader" in {row.detail for row in rows.values()}


def test_its_box_neither_leads_nor_serves(frozen: Snapshot) -> None:
    drawn = "\n".join("".join(span.text for span in line) for line in map_lines(frozen, 160))

    assert "leads" not in drawn
    assert "serves" not in drawn
    assert "placed: public-service-portal" in drawn


def test_the_text_says_the_same(frozen: Snapshot) -> None:
    (line,) = [line for line in status_text(frozen).splitlines() if line.startswith("database")]

    assert line.endswith("leader nobody (last: ndc01-node), timeline 3, ? of 1 synchronous")
