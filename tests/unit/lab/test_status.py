"""A status on its way from the relay to whoever asks: no word and no count is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.client import Labd
from lab.links import link_status
from lab.relay.status import CableStatus, LaneStatus
from lab.state import LinkFault, LinkRecord
from lab.status import POWER_PORT, HostStatus, LabStatus, LinkStatus, from_plain, to_plain
from stacks.substrates.port import LinkState, Power
from tests.unit.lab.daemons import a_daemon
from tests.unit.lab.specs import LINK, PORT

FORTH = LaneStatus(
    delay_microseconds=1500,
    rate_bits_per_second=10_000_000,
    loss_ratio=0.25,
    silent=True,
    packets=12,
    bytes=3_400_000,
    drops=1,
    queue_packets=2,
)
BACK = replace(FORTH, packets=13)
SINCE = datetime(2030, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ENDS = ("east-node", "west-node")
STATUS = LabStatus(
    environment="test",
    number=3,
    pid=4711,
    segments=("east-lan", "west-lan"),
    hosts=(
        *(HostStatus(power, "east", power, "198.18.3.11", "i", 5, "b", SINCE) for power in Power),
        HostStatus("west-node", "west", Power.OFF, "198.18.3.12", "i", None, None, None),
    ),
    links=(
        *(
            LinkStatus(f"{s}-link", s, "east-node", "west-node", 1500, FORTH, BACK)
            for s in LinkState
        ),
        LinkStatus("dark-link", LinkState.DOWN, "east-node", "west-node", 1500, None, None),
    ),
    power_port=PORT,
)
CABLE = CableStatus(LINK.name, (True, True), FORTH, BACK)
CUT = LinkRecord(LINK, LinkFault(cut=True))


def test_a_status_comes_back_as_it_went(tmp_path: Path) -> None:
    line = json.dumps({"ok": to_plain(STATUS)}).encode() + b"\n"

    with a_daemon(tmp_path / "s", line):
        seen = Labd(tmp_path / "s").status()

    assert seen == STATUS


def test_a_daemon_of_another_version_is_told_from_one_that_says_nothing() -> None:
    plain = to_plain(STATUS)
    plain["links"][0]["state"] = "unplugged"

    with pytest.raises(Rejected, match="does not tell its status") as refused:
        from_plain(plain)

    assert refused.value.actual.startswith("links.0.state: ")


def test_a_link_is_told_with_what_was_done_to_it_and_what_its_relay_counts() -> None:
    told = link_status(CUT, CABLE)

    assert (told.state, told.forth, told.back) == (LinkState.CUT, FORTH, BACK)
    assert (told.name, told.a, told.z) == (LINK.name, LINK.a.host, LINK.z.host)
    assert told.delay_microseconds == LINK.delay_microseconds


@pytest.mark.parametrize(
    "carried",
    [None, replace(CABLE, plugged=(False, True)), replace(CABLE, plugged=(True, False))],
    ids=["no relay", "no host at a", "no host at z"],
)
def test_a_link_that_nobody_carries_is_down_whatever_was_done_to_it(
    carried: CableStatus | None,
) -> None:
    assert link_status(CUT, carried).state is LinkState.DOWN


def test_a_link_means_itself_and_a_site_all_its_links_and_no_other_name_means_any() -> None:
    hosts = tuple(replace(STATUS.hosts[-1], name=f"{s}-node", site=s) for s in ("east", "west"))
    east_west = LinkStatus("east-west", LinkState.UP, "east-node", "west-node", 1500, None, None)
    to_nowhere = replace(east_west, name="east-far", z="far-node")
    status = replace(STATUS, hosts=hosts, links=(east_west, to_nowhere))

    meant = {name: status.breakable_called(name) for name in ("east", "west", "far", "east-far")}

    assert meant == {
        "east": ["east-west", "east-far"],
        "west": ["east-west"],
        "far": [],
        "east-far": ["east-far"],
    }
    assert status.breakable_called(POWER_PORT) == [POWER_PORT]
