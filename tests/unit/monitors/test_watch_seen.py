"""What the controllers make of a network is shown with what a person has to do."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from dr.watch.deeds import Vacating, deed_text
from dr.watch.lookout import SightWord, sight_word_text
from inventory import etcd as keys
from inventory.initiative import Initiative
from inventory.names import HostName
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, health_of, is_settled
from monitors.health.snapshot import Snapshot
from monitors.health.watch import WatchView, watch_line
from monitors.look.readings import PowerReading
from monitors.look.voters import VoterReading, voter_reading
from stacks.substrates.port import Power
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well, judgement_of, taken
from tests.stubs.etcd import StubEtcd
from tests.stubs.https import Asked
from tui.header_view import header_line
from tui.status_text import status_text

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
        "witness-control judges, and acts within a region; 4 observers; nothing to do"
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
        "next: ndc dr failover --lost ndc01"
    )
    assert snapshot.watch is not None
    assert "would move public-service-portal to ndc02" in watch_line(snapshot.watch)


def test_what_nothing_keeps_back_is_told_as_about_to_be_done() -> None:
    snapshot = _with(WatchView(judgement_of(OF, *SITE), None))

    sentences = {one.subject: one.sentence for one in concerns(snapshot)}

    about = "is about to be moved to ndc02 within the region, by itself"
    assert sentences["public-service-portal"] == about


def test_where_nobody_tells_who_has_power_a_person_hears_it_once_and_what_it_costs() -> None:
    judgement = replace(judgement_of(OF), fencing="https://198.18.7.1:9400 did not answer")
    snapshot = _with(WatchView(judgement, None))

    (concern,) = concerns(snapshot)
    (both,) = concerns(replace(snapshot, unfenced=frozenset({HostName("ndc01-data")})))

    assert (concern.subject, concern.condition) == ("fencing", Condition.WARNING)
    assert "9400 did not answer); a loss there is proved by a lease's end" in concern.sentence
    assert "the power of ndc01-data, and nobody tells controllers" in both.sentence


def test_where_every_observer_misses_most_of_the_network_a_person_is_called() -> None:
    region = [host.name for host in OF.hosts if host.site in {"ndc01", "ndc02"}]
    watch = WatchView(judgement_of(OF, *region), None)

    calls = {one.subject: one for one in concerns(_with(watch))}

    assert calls["controller"].condition is Condition.CRITICAL
    assert calls["controller"].sentence.endswith("ndc dr plan --lost SITE")
    assert calls["controller"].because is None
    assert watch_line(watch).endswith("nobody tells who is dead: a person looks")


def test_who_only_observes_and_who_was_seen_without_power_is_said() -> None:
    judgement = judgement_of(OF, HostName("ndc01-data"))
    suspect = replace(judgement.suspects[0], by=(HostName("ndc02-app"),), powerless=True)
    observing = replace(judgement, suspects=(suspect,), initiative=Initiative.OBSERVE)

    line = watch_line(WatchView(observing, None))

    assert "judges and only observes" in line
    assert "(by ndc02-app and whoever switches its power)" in line


def test_what_was_done_by_itself_stands_below_the_lever() -> None:
    deed = "2030-05-17 05:00:00Z: ndc03-app took the key to lead general-db from ndc01-data"
    snapshot = _with(WatchView(judgement_of(OF), None, (deed,)))

    lines = status_text(snapshot).splitlines()

    (at,) = (number for number, line in enumerate(lines) if line.startswith("lever"))
    assert lines[at + 1] == f"by itself  {deed}"


def test_of_what_was_done_and_of_who_answers_whom_all_is_read_that_can_be() -> None:
    deed = Vacating(OF.databases[0].name, SITE[0], 7, "a life", SITE[1], NOON)
    quorum = StubEtcd()
    before = replace(deed, term=6, at=NOON - timedelta(hours=1))
    for one in (deed, before):  # in whatever order they come
        quorum.write(keys.deed(OF.environment, one.database, one.ordinal), deed_text(one))
    quorum.write(keys.deed(OF.environment, OF.services[0].name, "1"), "[]")
    word = SightWord(timedelta(hours=2), steady={SITE[0]: timedelta(minutes=9)})
    for observer, text in ((SITE[0], "[]"), (SITE[1], sight_word_text(word))):
        quorum.write(f"{keys.sight_word_of(OF.environment, observer)}sight", text)

    async def look() -> VoterReading:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/health":
                return httpx.Response(200, json={"health": "true"})
            body = json.loads(request.content)
            status, found = quorum.answer(Asked("POST", request.url.path, {}, body, {}))
            return httpx.Response(status, json=found)

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            auth, deadline = httpx.Auth(), timedelta(seconds=10)
            return await voter_reading(
                client, "https://voter", OF.environment, auth=auth, deadline=deadline
            )

    reading = asyncio.run(look())

    assert reading.watch == WatchView(None, None, (deed.sentence(),))
    assert reading.steady == {SITE[1]: word.steady}


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
