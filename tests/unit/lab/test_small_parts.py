from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import Rejected, Unreachable
from core.mounts import mounts
from lab import memory, requests, tools
from lab.container import CAPABILITIES, Body, command

MOUNTINFO = r"""25 1 254:0 / / rw,relatime - ext4 /dev/vda rw
80 25 0:40 / /a\040b/root rw,relatime - overlay overlay rw,lowerdir=/x\040y\054z\075\043,upperdir=/u
81 25 0:41 / /run/netns rw shared:7 - tmpfs tmpfs rw,mode=755
"""


def test_mounts_are_read_with_their_options_and_odd_names() -> None:
    found = mounts(MOUNTINFO)

    assert [mount.kind for mount in found] == ["ext4", "overlay", "tmpfs"]
    assert found[1].at == Path("/a b/root")
    assert found[1].option("lowerdir") == "/x y,z=#"
    assert found[1].option("workdir") == ""
    assert found[2].source == "tmpfs"


def test_hosts_are_refused_when_the_machine_has_too_little_memory() -> None:
    meminfo = "MemTotal: 2000000 kB\nMemAvailable:    1000000 kB\n"

    memory.demand(5, meminfo)
    with pytest.raises(Rejected) as refused:
        memory.demand(6, meminfo)

    assert refused.value.expected == "1.1 GB available"
    assert refused.value.actual == "1.0 GB"


def _body(pools: Mapping[str, Path]) -> Body:
    return Body(
        host="east-node",
        machine="ndc7-east-node",
        root=Path("/lab/root"),
        namespace="ndc7.east-node",
        console=Path("/lab/console.log"),
        pools=pools,
    )


def test_no_host_may_set_the_clock_or_load_a_module() -> None:
    assert not {"CAP_SYS_TIME", "CAP_SYS_MODULE", "all"} & set(CAPABILITIES)
    assert f"--capability={','.join(CAPABILITIES)}" in command(_body({}))


def test_a_host_has_its_own_namespace_and_the_pools_that_are_its_own() -> None:
    without, with_pools = command(_body({})), command(_body({"/srv/pools/a": Path("/lab/a")}))

    assert "--network-namespace-path=/run/netns/ndc7.east-node" in without
    assert set(with_pools) - set(without) == {"--bind=/lab/a:/srv/pools/a"}


def test_every_verb_is_understood_by_its_name() -> None:
    line = json.dumps({"verb": "slow", "link": "l", "round_trip_microseconds": 5}).encode()

    assert requests.parsed(line) == requests.Slow(verb="slow", link="l", round_trip_microseconds=5)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]",
        b'{"verb": "explode"}',
        b'{"verb": "status", "more": 1}',
        b'{"verb": "cut"}',
        b'{"verb": "lose", "link": "l", "loss_ratio": 2}',
        b'{"verb": "slow", "link": "l", "round_trip_microseconds": -1}',
    ],
)
def test_what_is_no_request_is_refused_with_what_is_wrong(line: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        requests.parsed(line)

    assert refused.value.actual


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(Rejected) as refused:
        tools.run("sh", "-c", "echo this is why >&2; exit 3")

    assert refused.value.actual == "3: this is why"


def test_a_program_that_is_not_there_is_refused() -> None:
    with pytest.raises(Rejected, match="could not be started"):
        tools.run("no-such-program-of-ours")


def test_a_program_that_hangs_may_have_done_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "BOUND_SECONDS", 0.05)

    with pytest.raises(Unreachable):
        tools.run("sleep", "5")
