"""What a person reads of ``ndc lab status``."""

from __future__ import annotations

from datetime import UTC, datetime

from inventory.cells import aligned
from lab.client import HostStatus, LaneStatus, LinkStatus
from ndc.cli.lab import _host_row, _lane, _link_row
from stacks.substrates.port import LinkState, Power

LANE = LaneStatus(
    delay_microseconds=1500,
    rate_bits_per_second=0,
    loss_ratio=0.0,
    silent=False,
    packets=12,
    bytes=3_400_000,
    drops=1,
    queue_packets=2,
)
ON = HostStatus(
    "east-node",
    "east",
    Power.RUNNING,
    "198.18.3.11",
    "i",
    4711,
    "b",
    datetime(2030, 1, 1, tzinfo=UTC),
)
OFF = HostStatus("west-node", "west", Power.OFF, "198.18.3.12", "i", None, None, None)


def test_a_host_that_is_off_has_no_process_and_no_age() -> None:
    said = aligned([_host_row(ON), _host_row(OFF)]).splitlines()

    assert said[0].split() == ["HOST", "SITE", "STATE", "ADDRESS", "PID", "SINCE"]
    assert said[1].startswith("east-node  east  running  198.18.3.11  4711")
    assert said[2] == "west-node  west  off      198.18.3.12  -     -"


def test_a_link_is_told_by_its_round_trip_and_each_direction_by_its_delay() -> None:
    row = _link_row(
        LinkStatus("east-west", LinkState.SLOW, "east-node", "west-node", 1500, LANE, None)
    )

    assert row["declared"] == "3 ms"
    assert row["a_to_z"] == "1.5 ms, 12 packets, 3.4 MB, 1 dropped, 2 on the way"
    assert row["z_to_a"] == _lane(None) == "-"
