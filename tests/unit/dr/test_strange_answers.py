"""Whatever one host says, it is at most not seen: nobody ends for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from access.host_access import Access
from core.errors import NotSeen
from core.system_clock import SystemClock
from dr.admission import Beside, read_beside
from dr.live.guard import ForcedCommand
from dr.live.programs import LOOK, Programs, looking
from dr.live.sight import Sight
from dr.live.stores import Stores
from dr.logs.tail import Tail
from dr.looks import if_seen
from tests.rehearsals import SERVICE
from tests.stubs import ssh
from tests.stubs.etcd import StubEtcd
from tests.stubs.network import Ground

STRANGE = {
    "too deep": "[" * 100_000,
    "a number": "7",
    "a list": "[7]",
    "no list": '{"highest": 5, "addresses": 7}',
    "nothing in it": "{}",
    "infinitely many": json.dumps(
        {
            "kept": [dict.fromkeys(Tail.__dataclass_fields__, 1)],
            "rows": [{"first": [], "commits": inf, "listed": 1, "changes": 1}],
        }
    ),
}


@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE)
def test_a_strange_answer_of_a_host_is_not_seen(stub_ground: Ground, said: str) -> None:
    on, host = stub_ground, stub_ground.network.hosts[0]
    (store,) = on.network.stores
    keys = {"control": on.secrets.control_key.with_suffix(".pub")}
    at = str(host.management.ip), on.ssh_port
    access = Access(on.secrets.control_key, on.secrets.known_hosts, port=on.ssh_port)
    programs = Programs(on.network, access)
    guard = ForcedCommand(on.network, access, SystemClock())
    sight = Sight(on.network, programs, StubEtcd().client())
    looks: list[Callable[[], Any]] = [
        lambda: guard.look(SERVICE, host.name),
        lambda: sight.up_for(host.name),
        lambda: sight.answering(host.name, [host.name]),
        lambda: Stores(programs, guard).standing(store.name, host.name),
    ]

    def beside() -> Beside:
        with looking():
            return programs.answer(host.name, ["m"], read_beside, expected="", bound=LOOK)

    end = ssh.serve(at, on.secrets.host_key(host.name), keys, lambda *_: (0, said))

    try:
        for look in (*looks, beside):
            with pytest.raises(NotSeen):
                look()
            assert if_seen(look) is None
    finally:
        end()
