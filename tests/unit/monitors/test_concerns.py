"""What is wrong names its cause, so that nobody waits for what a person has to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.names import HostName
from monitors.health.concern import Concern, Condition
from monitors.health.concerns import Health, concerns, health_of, is_settled, of_subject
from monitors.health.snapshot import MemberRole, QuorumView, Snapshot
from monitors.look.readings import PowerReading
from stacks.substrates.port import LinkState, Power
from tests.networks import network
from tests.snapshots import all_well, healthy, taken

WATCHER = HostName("ndc01-app")
CRITICAL, WARNING, UNSEEN = Condition.CRITICAL, Condition.WARNING, Condition.UNSEEN


def _with_host(**changes: object) -> Snapshot:
    """Return the healthy network with ``changes`` to a host that only watches and serves."""
    seen = healthy("compact")
    hosts = [
        replace(host, **changes) if host.name == WATCHER else host  # type: ignore[arg-type]  # fields of HostView
        for host in seen.hosts
    ]
    return replace(seen, hosts=tuple(hosts))


def _with_link(**changes: object) -> Snapshot:
    seen = healthy("compact")
    first, *others = seen.links
    return replace(seen, links=(replace(first, **changes), *others))  # type: ignore[arg-type]  # fields of LinkView


@pytest.mark.parametrize(
    ("changes", "condition", "because"),
    [
        ({"power": Power.OFF}, CRITICAL, WATCHER),
        ({"power": Power.FROZEN}, CRITICAL, WATCHER),
        ({"power": Power.OFF, "answers": None}, CRITICAL, WATCHER),
        ({"answers": False}, CRITICAL, None),
        ({"answers": None}, UNSEEN, None),
        ({"power": None, "answers": None}, UNSEEN, None),
    ],
)
def test_a_host_that_lost_its_power_explains_itself(
    changes: dict[str, object], condition: Condition, because: str | None
) -> None:
    (found,) = concerns(_with_host(**changes))

    assert (found.subject, found.condition, found.because) == (WATCHER, condition, because)
    assert found.is_unexplained is (because is None)


@pytest.mark.parametrize(
    ("state", "condition", "explains_itself"),
    [
        (LinkState.CUT, CRITICAL, True),
        (LinkState.SILENT, CRITICAL, True),
        (LinkState.SLOW, WARNING, True),
        (LinkState.LOSSY, WARNING, True),
        (LinkState.DOWN, CRITICAL, False),
        (None, UNSEEN, False),
    ],
)
def test_what_is_done_to_a_link_explains_it_and_what_is_seen_does_not(
    state: LinkState | None,
    condition: Condition,
    explains_itself: bool,  # noqa: FBT001 - a column
) -> None:
    seen = _with_link(state=state)
    name = seen.links[0].name

    (found,) = concerns(seen)

    assert (found.subject, found.condition) == (name, condition)
    assert found.because == (name if explains_itself else None)


@pytest.mark.parametrize("end", ["a_host", "z_host"])
@pytest.mark.parametrize(
    "changes", [{"state": LinkState.DOWN}, {"state": None}, {"loss_ratio": 0.5}]
)
def test_a_link_at_a_host_without_power_is_explained_by_the_host(
    changes: dict[str, object], end: str
) -> None:
    seen = _with_link(**changes)
    dead = getattr(seen.links[0], end)
    hosts = [replace(h, power=Power.OFF) if h.name == dead else h for h in seen.hosts]

    found = concerns(replace(seen, hosts=tuple(hosts)))

    assert {c.because for c in found if c.subject == seen.links[0].name} == {dead}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"loss_ratio": 0.25}, "loses 25%"),
        ({"state": LinkState.LOSSY}, "loses packets"),
        ({"state": LinkState.DOWN}, "carries nothing"),
        ({"loss_ratio": 0.25, "is_avoided": True, "measured_round_trip": None}, "loses 25%"),
    ],
)
def test_a_link_that_loses_packets_says_which_way_as_far_as_that_is_known(
    changes: dict[str, object], sentence: str
) -> None:
    link = healthy().links[0]
    ways = f"; lost in the last minute: 14% from {link.z} to {link.a}"

    (one_way,) = concerns(_with_link(**changes, one_way_loss={link.a: 0.0, link.z: 0.14}))
    (unknown,) = concerns(_with_link(**changes, one_way_loss={}))

    assert f"{sentence}{ways}" in one_way.sentence
    assert "lost in the last minute" not in unknown.sentence


def test_a_link_that_loses_packets_is_a_warning_and_one_that_loses_none_is_none() -> None:
    assert [c.sentence for c in concerns(_with_link(loss_ratio=0.25))] == ["loses 25%"]
    assert concerns(_with_link(loss_ratio=0.0)) == ()
    assert concerns(_with_link(loss_ratio=None)) == ()


@pytest.mark.parametrize(
    ("is_healthy", "has_power", "expected"),
    [
        (True, True, None),
        (True, False, None),
        (False, True, (WARNING, None)),
        (False, False, (WARNING, "ndc01-data")),
        (None, True, (UNSEEN, None)),
        (None, False, (WARNING, "ndc01-data")),
    ],
)
def test_a_voter_is_out_if_it_says_so_or_has_no_power(
    is_healthy: bool | None,  # noqa: FBT001 - a column
    has_power: bool,  # noqa: FBT001 - a column
    expected: tuple[Condition, str | None] | None,
) -> None:
    seen = healthy("compact")
    assert seen.quorum is not None
    first, *others = seen.quorum.voters
    power = Power.RUNNING if has_power else Power.OFF
    hosts = [replace(h, power=power) if h.name == first.host else h for h in seen.hosts]
    quorum = QuorumView((replace(first, healthy=is_healthy), *others))

    found = concerns(replace(seen, hosts=tuple(hosts), quorum=quorum))

    about = [(c.condition, c.because) for c in found if c.subject == "quorum"]
    assert about == ([expected] if expected else [])


@pytest.mark.parametrize(("out", "is_lost"), [(2, False), (3, True), (5, True)])
def test_the_majority_is_lost_with_the_third_of_five_voters(out: int, is_lost: bool) -> None:  # noqa: FBT001 - a column
    seen = healthy("compact")
    assert seen.quorum is not None
    voters = [
        replace(voter, healthy=number >= out) for number, voter in enumerate(seen.quorum.voters)
    ]

    found = concerns(replace(seen, quorum=QuorumView(tuple(voters))))

    assert (CRITICAL in {c.condition for c in found}) is is_lost


@pytest.mark.parametrize("seen_well", [0, 2])
def test_voters_that_nobody_sees_are_no_lost_majority(seen_well: int) -> None:
    seen = healthy("compact")
    assert seen.quorum is not None
    voters = [
        replace(voter, healthy=True if number < seen_well else None)
        for number, voter in enumerate(seen.quorum.voters)
    ]

    found = concerns(replace(seen, quorum=QuorumView(tuple(voters))))

    assert {c.condition for c in found} == {UNSEEN}


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"state": "starting"}, WARNING),
        ({"state": "running"}, WARNING),  # a standby that does not stream
        ({"state": "streaming"}, None),
    ],
)
def test_a_standby_works_when_it_streams(
    changes: dict[str, str], condition: Condition | None
) -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    members = [
        replace(m, **changes) if m.role is MemberRole.STANDBY else m  # type: ignore[arg-type]  # fields of MemberView
        for m in database.members
    ]

    found = concerns(replace(seen, databases=(replace(database, members=tuple(members)),)))

    assert [c.condition for c in found] == ([condition] if condition else [])


def test_a_member_that_was_not_seen_is_told_so() -> None:
    seen = healthy("compact")
    database, *_ = seen.databases
    *others, last = database.members
    gone = replace(last, role=None, state=None, sighting=replace(last.sighting, current=False))

    found = concerns(replace(seen, databases=(replace(database, members=(*others, gone)),)))

    assert [(c.condition, c.sentence) for c in found] == [
        (UNSEEN, f"member {last.host} was not seen")
    ]


def test_a_service_that_answers_nobody_and_is_placed_nowhere_has_no_known_cause() -> None:
    seen = healthy("compact")
    silent = replace(seen.services[0], answers=False, answers_from=None, active=None, epoch=None)

    found = concerns(replace(seen, services=(silent,)))

    assert [(c.condition, c.because) for c in found] == [(CRITICAL, None)]


@pytest.mark.parametrize("power", [Power.OFF, Power.FROZEN])
def test_an_observer_without_power_explains_what_nobody_saw(power: Power) -> None:
    of = network("compact")
    well = all_well(of)
    seen = taken(
        of,
        replace(
            well,
            power={**well.power, WATCHER: PowerReading(power, None)},
            samples={host: told for host, told in well.samples.items() if host != WATCHER},
        ),
    )

    unseen = [c for c in concerns(seen) if c.condition is UNSEEN]

    assert {c.subject for c in unseen} == {"ndc01-edge1", "ndc01-edge2", "general-open"}
    assert {c.because for c in unseen} == {WATCHER}
    assert is_settled(seen)


def test_an_observer_that_is_silent_for_no_known_reason_is_waited_for() -> None:
    of = network("compact")
    well = all_well(of)
    silent = {host: told for host, told in well.samples.items() if host != WATCHER}

    seen = taken(of, replace(well, samples=silent))

    assert {c.because for c in concerns(seen)} == {None}
    assert not is_settled(seen)


def test_waiting_ends_only_when_nothing_is_unexplained() -> None:
    off = _with_host(power=Power.OFF)
    first, *others = off.links
    also_unseen = replace(off, links=(replace(first, state=None), *others))

    assert is_settled(off)
    assert not is_settled(also_unseen)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (healthy("compact"), Health.GREEN),
        (_with_link(state=LinkState.SLOW), Health.DEGRADED),
        (_with_host(answers=False), Health.DEGRADED),
        (_with_host(answers=None), Health.UNSEEN),
    ],
)
def test_what_is_known_to_be_wrong_outweighs_what_was_not_seen(
    seen: Snapshot, expected: Health
) -> None:
    assert health_of(seen) is expected


def test_the_worst_comes_first_and_is_what_a_thing_is_called() -> None:
    worst_last = (Concern("a", UNSEEN, ""), Concern("b", CRITICAL, ""), Concern("b", WARNING, ""))
    both = replace(_with_host(answers=None), links=_with_link(state=LinkState.CUT).links)

    assert [c.condition for c in concerns(both)] == [CRITICAL, UNSEEN]
    assert of_subject(worst_last, "b") is CRITICAL
    assert of_subject(worst_last, "c") is Condition.OK
