"""What the lab's daemon says of hosts and links, as the snapshot hears it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from inventory.names import HostName, LinkName
from lab.status import HostStatus, LabStatus, LinkStatus, to_plain
from monitors.look.readings import PowerReading
from ndc.wiring.substrate_reading import substrate_reading
from stacks.substrates.port import LinkState, Power
from tests.unit.lab.daemons import a_daemon
from tests.unit.lab.specs import PORT

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_every_word_of_the_lab_is_the_word_of_the_snapshot(tmp_path: Path) -> None:
    status = LabStatus(
        environment="test",
        number=3,
        pid=4711,
        segments=(),
        hosts=tuple(HostStatus(p, "east", p, "198.18.3.11", "i", 5, "b", NOON) for p in Power),
        links=tuple(LinkStatus(s, s, "a", "z", 1500, None, None) for s in LinkState),
        power_port=PORT,
    )

    with a_daemon(tmp_path / "s", json.dumps({"ok": to_plain(status)}).encode() + b"\n"):
        seen = substrate_reading(tmp_path / "s")

    assert seen.power == {HostName(power): PowerReading(power, NOON) for power in Power}
    assert seen.links == {LinkName(state): state for state in LinkState}
