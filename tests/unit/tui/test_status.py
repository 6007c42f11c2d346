"""What a person reads from ``ndc status``, and what a program does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.names import HostName
from inventory.network import Network
from monitors.health.concern import Condition
from monitors.health.concerns import Health, concerns, health_of, is_settled
from monitors.health.snapshot import Snapshot
from monitors.look.readings import PowerReading, ProbeReading, Readings
from stacks.substrates.port import Power
from tests.conftest import Golden
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import all_well, degraded, endangered, healthy, site_down, taken, unseen
from tui.status_json import status_plain
from tui.status_text import status_text

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "status"
MOODS: list[tuple[Callable[[], Snapshot], Health]] = [
    (healthy, Health.GREEN),
    (degraded, Health.DEGRADED),
    (site_down, Health.DEGRADED),
    (endangered, Health.DEGRADED),
    (unseen, Health.UNSEEN),
]


def _names(mood: object) -> str:
    return str(getattr(mood, "__name__", mood))


@pytest.mark.parametrize("mood", [mood for mood, _ in MOODS], ids=_names)
def test_it_reads_as_approved(mood: Callable[[], Snapshot], golden: Golden) -> None:
    golden(GOLDEN / f"{mood.__name__}.txt", status_text(mood()) + "\n")


@pytest.mark.parametrize(("mood", "expected"), MOODS, ids=_names)
def test_the_health_decides_the_exit_code(mood: Callable[[], Snapshot], expected: Health) -> None:
    assert health_of(mood()) is expected
    assert status_plain(mood())["health"] == str(expected)


def test_exit_codes_are_those_of_the_product() -> None:
    codes = {str(one): one.exit_code for one in Health}

    assert codes == {"green": 0, "degraded": 1, "unseen": 6}


def test_json_holds_nothing_that_json_lacks() -> None:
    plain = status_plain(site_down())

    assert json.loads(json.dumps(plain)) == plain
    assert plain["quorum"]["tolerates"] == 1
    assert plain["links"][0]["declared_round_trip"] == "PT0.003S"


def test_a_dead_site_is_settled_once_its_database_leads_elsewhere() -> None:
    assert is_settled(site_down())


def test_a_dead_leader_without_a_successor_is_waited_for() -> None:
    of = network()
    well = all_well(of)
    leader = HostName("ndc01-node")
    before_promotion = replace(site_down(), databases=taken(of, well).databases)

    found = [c for c in concerns(before_promotion) if c.is_unexplained]

    assert [c.subject for c in found] == ["general-db", "identity-db"]
    assert found[0].condition is Condition.CRITICAL
    assert leader in before_promotion.powerless()


def test_what_is_off_is_not_unseen() -> None:
    assert not [c for c in concerns(site_down()) if c.condition is Condition.UNSEEN]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda r: replace(r, voters={**r.voters, "ndc03-edge": False}),
            (
                "voter ndc03-edge is out; where its data is lost, "
                "next: ndc dr replace-voter ndc03-edge"
            ),
        ),
        (
            lambda r: replace(r, greetings={**r.greetings, "ndc02-node": False}),
            "refuses SSH",
        ),
        (
            lambda r: replace(r, clusters={**r.clusters, ("general-db", "ndc02-node"): None}),
            "member ndc02-node is stopped",
        ),
        (lambda r: replace(r, placements={}), "its placement record was not read"),
        (lambda r: replace(r, probed={}), "no probe tells whether it answers"),
    ],
)
def test_each_source_is_heard(change: Callable[[Readings], Readings], sentence: str) -> None:
    of: Network = network()

    found = concerns(taken(of, change(all_well(of))))

    assert sentence in [concern.sentence for concern in found]


def test_a_service_that_answers_from_elsewhere_than_placed_is_a_concern() -> None:
    seen = healthy()
    elsewhere = replace(seen.services[0], answers_from=seen.sites[1].name)

    found = concerns(replace(seen, services=(elsewhere,)))

    assert [c.sentence for c in found] == ["answers from ndc02, placed at ndc01"]


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_a_service_without_a_host_that_has_power_names_the_host_to_start(profile: str) -> None:
    of = network(profile, *PORTAL_ALONE)
    well = all_well(of)
    (service,) = of.services
    serving = [host for host in service.hosts if of.host(host).site == service.home]
    off = {host: PowerReading(Power.OFF, None) for host in serving}
    silent = {service.name: ProbeReading(answers=False, site=None)}

    found = concerns(taken(of, replace(well, power={**well.power, **off}, probed=silent)))

    (about,) = [concern for concern in found if concern.subject == service.name]
    assert (about.sentence, about.because) == ("does not answer citizens", serving[0])


def test_a_service_that_has_a_host_with_power_may_come_right_by_itself() -> None:
    of = network("tiny", *PORTAL_ALONE)
    well = all_well(of)
    (service,) = of.services
    silent = {service.name: ProbeReading(answers=False, site=None)}

    found = concerns(taken(of, replace(well, probed=silent)))

    assert [concern.because for concern in found] == [None]
