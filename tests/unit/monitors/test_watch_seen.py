"""What the controllers make of a network is shown with what a person has to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.names import HostName
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, health_of, is_settled
from monitors.health.snapshot import Snapshot
from monitors.health.watch import WatchView, watch_line
from monitors.look.readings import PowerReading
from stacks.substrates.port import Power
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, judgement_of, taken
from tui.header_view import header_line

OF = network("compact", *PORTAL_ALONE)
HELD = "held by an since 2030-05-17 05:00:00Z: the power is worked on"
SITE = [host.name for host in OF.hosts if host.site == "ndc01"]


def _with(watch: WatchView | None) -> Snapshot:
    return taken(OF, replace(all_well(OF), watch=watch))


def test_where_nobody_is_missed_there_is_nothing_to_say() -> None:
    snapshot = _with(WatchView(judgement_of(OF), None))

    assert concerns(snapshot) == ()
    assert snapshot.watch is not None
    assert watch_line(snapshot.watch) == (
        "witness-control judges and only observes; 4 observers; nothing to do"
    )


def test_a_pulled_lever_is_a_concern_that_waits_for_a_person() -> None:
    snapshot = _with(WatchView(judgement_of(OF), HELD))

    (concern,) = concerns(snapshot)

    assert (concern.subject, concern.condition) == ("lever", Condition.WARNING)
    assert concern.sentence == f"nothing starts by itself, {HELD}; next: ndc dr release"
    assert is_settled(snapshot)
    assert health_of(snapshot).exit_code == 1


def test_a_network_that_nobody_watches_is_not_well() -> None:
    (concern,) = concerns(_with(WatchView(None, None)))

    assert (concern.subject, concern.condition) == ("controller", Condition.WARNING)
    assert not is_settled(_with(WatchView(None, None)))


@pytest.mark.parametrize("watch", [None])
def test_what_nobody_could_tell_is_no_concern_of_its_own(watch: WatchView | None) -> None:
    assert concerns(_with(watch)) == ()


def test_who_is_dead_by_whom_and_what_would_be_done_is_said() -> None:
    snapshot = _with(WatchView(judgement_of(OF, *SITE, lever=HELD), None))

    sentences = {one.subject: one.sentence for one in concerns(snapshot)}

    by = "ndc02-app and ndc03-app and witness-control"
    assert sentences["ndc01-app"] == f"is dead since 04:59:52Z, by {by}"
    assert sentences["public-service-portal"] == (
        f"would be moved to ndc02 within the region, by itself, but the lever is pulled, {HELD}; "
        "this controller only observes; next: ndc dr failover --lost ndc01"
    )
    assert snapshot.watch is not None
    assert "would move public-service-portal to ndc02" in watch_line(snapshot.watch)


def test_the_line_names_who_is_not_believed_and_why_one_is_only_suspected() -> None:
    judgement = judgement_of(OF, HostName("ndc01-data"))
    suspect = replace(judgement.suspects[0], why="it answers ndc02-app")
    blind = {HostName("ndc03-app"): "does not see itself"}

    line = watch_line(WatchView(replace(judgement, suspects=(suspect,), blind=blind), None))

    assert "ndc03-app does not see itself" in line
    assert "(it answers ndc02-app)" in line


def test_what_has_no_power_is_told_once() -> None:
    well = all_well(OF)
    off = {host: PowerReading(Power.OFF, None) for host in SITE}
    watch = WatchView(judgement_of(OF, *SITE), None)

    snapshot = taken(OF, replace(well, watch=watch, power={**well.power, **off}))

    assert not [one for one in concerns(snapshot) if "is dead since" in one.sentence]
    assert snapshot.watch is not None
    assert "ndc01-app dead since 04:59:52Z (by ndc02-app and " in watch_line(snapshot.watch)


def test_the_dashboards_head_says_that_the_lever_is_pulled() -> None:
    held, free = (_with(WatchView(judgement_of(OF), lever)) for lever in (HELD, None))

    heads = ["".join(span.text for span in header_line("lab", one, NOON)) for one in (held, free)]

    assert ["HELD" in head for head in heads] == [True, False]
