"""What is changed together in a running network, and after what."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.names import HostName
from inventory.network import Network
from playbooks.waves import STAGES, Left, Stage, Wave, waves
from tests.networks import PORTAL_ALONE, TWIN_HOSTS, TWO_DATABASES, network

BUSY = (HostName("ndc01-data"), HostName("ndc01-app"))


def _all(there: Network, *stages: Stage) -> dict[HostName, Left]:
    return {host.name: Left(stages, unfinished=False) for host in there.hosts}


def _hosts(found: tuple[Wave, ...]) -> list[tuple[HostName, ...]]:
    return [wave.hosts for wave in found]


def test_voters_are_changed_one_by_one_who_leads_last() -> None:
    there = network("compact")
    left = {name: Left(("quorum",), unfinished=False) for name in there.voters}

    found = waves(there, left, BUSY)

    assert _hosts(found) == [
        ("witness-control",),
        ("ndc02-data",),
        ("ndc03-app",),
        ("ndc03-data",),
        ("ndc01-data",),
    ]


def test_programs_are_changed_at_one_site_at_a_time_where_it_serves_last() -> None:
    there = network("compact")

    found = waves(there, _all(there, "everything"), BUSY)

    sites = [{there.host(name).site for name in wave} for wave in _hosts(found)]
    # two copies of one database are at ndc03, on two hosts
    assert sites == [{"witness"}, {"ndc02"}, {"ndc03"}, {"ndc03"}, {"ndc01"}]
    assert set(_hosts(found)[-1][-2:]) == set(BUSY)


def test_a_router_is_changed_alone_and_the_rest_of_its_site_together() -> None:
    there = network("compact")

    found = waves(there, _all(there, "base"), BUSY)

    assert _hosts(found)[-3:] == [
        ("ndc01-edge1",),
        ("ndc01-edge2",),
        ("ndc01-app", "ndc01-data"),
    ]


@pytest.mark.parametrize("folders", [(), (*PORTAL_ALONE, TWO_DATABASES)])
@pytest.mark.parametrize("profile", ["tiny", "compact"])
@pytest.mark.parametrize("stage", STAGES)
def test_no_wave_takes_what_must_not_be_taken_together(
    profile: str, stage: Stage, folders: tuple[Path, ...]
) -> None:
    there = network(profile, *folders)

    found = waves(there, _all(there, stage), ())

    assert sorted(name for wave in _hosts(found) for name in wave) == sorted(
        host.name for host in there.hosts
    )
    for wave in _hosts(found):
        hosts = [there.host(name) for name in wave]
        assert len({host.site for host in hosts}) == 1
        if stage != "everything":
            assert len(set(wave) & set(there.voters)) <= 1
        if stage == "base":
            assert len(hosts) == 1 or not any(host.forwards for host in hosts)
        if stage == "everything":
            for database in there.databases:
                assert len({m.host for m in database.members} & set(wave)) <= 1


def test_a_stage_is_over_everywhere_before_the_next_begins() -> None:
    there = network("tiny")

    found = waves(there, _all(there, "quorum", "everything"), ())

    stages = [wave.stage for wave in found]
    assert stages == sorted(stages, key=STAGES.index)


def test_who_was_left_unwell_goes_first_and_alone() -> None:
    there = network("tiny")
    left = _all(there, "quorum")
    left[HostName("ndc01-node")] = Left(("quorum",), unfinished=True)

    found = waves(there, left, [HostName("ndc01-node")])

    assert _hosts(found)[0] == ("ndc01-node",)


def test_where_nothing_was_left_there_is_no_wave() -> None:
    assert waves(network("tiny"), {}, ()) == ()


@pytest.mark.parametrize("stage", STAGES)
def test_two_hosts_that_may_serve_the_same_are_never_changed_together(stage: Stage) -> None:
    there = network("twins", TWIN_HOSTS)

    found = waves(there, _all(there, stage), ())

    assert not [
        wave
        for wave in _hosts(found)
        for service in there.services
        if len({*wave} & {*service.hosts}) > 1
    ]
