"""What hosts hold to compare their clocks: a key a pair, and nothing to make others of."""

from __future__ import annotations

from collections.abc import Mapping

from core.host_paths import CLOCK_KEYS, CLOCK_SETTINGS
from inventory.clocks import ALL_KEYS
from inventory.endpoints import TIME
from inventory.names import HostName
from inventory.network import Role
from tests.networks import DECLARED, TIME_SERVERS, network
from tests.unit.playbooks.conftest import Rendered


def _keys(contents: Rendered) -> dict[str, str]:
    lines = contents.secrets[str(CLOCK_KEYS)].splitlines()
    return {number: key for number, _, key in (line.split() for line in lines)}


def test_two_hosts_hold_one_key_which_differs_from_all_others(
    rendered: Mapping[str, Rendered],
) -> None:
    held = [pair for contents in rendered.values() for pair in _keys(contents).items()]

    numbers = {number for number, _ in held}
    assert len(held) == 2 * len(numbers)
    assert len(set(held)) == len({key for _, key in held}) == len(numbers)
    assert all(key.startswith("HEX:") and len(key) == len("HEX:") + 64 for _, key in held)


def test_what_all_keys_are_made_from_is_on_no_host(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        assert not any(f"the-password-of-{ALL_KEYS}" in text for text in contents.texts().values())


def test_every_source_is_believed_by_a_key_that_is_there(rendered: Mapping[str, Rendered]) -> None:
    for name, contents in rendered.items():
        lines = contents.texts()[str(CLOCK_SETTINGS)].splitlines()
        sources = [line.split() for line in lines if line.startswith(("peer ", "server "))]

        assert sources, name
        for words in sources:
            assert words[words.index("key") + 1] in _keys(contents)


def test_monitors_alone_are_asked_from_elsewhere(rendered: Mapping[str, Rendered]) -> None:
    there = network("tiny")
    for name, contents in rendered.items():
        opened = f"udp dport {TIME} accept" in contents.texts()["/etc/nftables.conf"]

        assert opened is (Role.MONITOR in there.host(HostName(name)).roles)


def test_a_monitor_asks_time_servers_and_lets_nobody_in_for_it(
    rendered: Mapping[str, Rendered], rendered_with_time_servers: Mapping[str, Rendered]
) -> None:
    there = network("tiny", DECLARED, TIME_SERVERS)
    for name, contents in rendered_with_time_servers.items():
        before, now = rendered[name].texts(), contents.texts()
        host = there.host(HostName(name))
        asks = Role.MONITOR in host.roles
        added = {*now[str(CLOCK_SETTINGS)].splitlines()} - {
            *before[str(CLOCK_SETTINGS)].splitlines()
        }

        # one proves what it tells by its name; a plain one is there at one site
        proven, plain = "server time.example.org iburst nts ", "server 192.0.2.5 iburst minpoll"
        assert any(line.startswith(proven) for line in added) is asks
        assert any(line.startswith(plain) for line in added) is (asks and host.site == "ndc01")
        assert ("authselectmode ignore" in added) is (asks and host.site == "ndc01")
        assert ("203.0.113.11 time.example.org" in now["/etc/hosts"].splitlines()) is asks
        assert ("bindacqaddress" in now[str(CLOCK_SETTINGS)]) is not asks
        assert now["/etc/nftables.conf"] == before["/etc/nftables.conf"]
