"""What waits for admission is shown once it answers, and since when."""

from __future__ import annotations

from dataclasses import replace

from core.runs.plan import RunName
from dr.admission import Exclusion
from inventory.names import HostName
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, is_settled
from monitors.health.programs import UnitView
from monitors.look.readings import PowerReading
from stacks.substrates.port import Power
from tests.networks import network
from tests.snapshots import NOON, all_well, taken

OF = network("compact")
HOST = HostName("ndc03-app")
OUT = {HOST: Exclusion(RunName("20300517-without-ndc03"), NOON)}


def test_a_host_that_answers_waits_for_a_person() -> None:
    snapshot = taken(OF, replace(all_well(OF), excluded=OUT))

    (concern,) = concerns(snapshot)

    assert (concern.subject, concern.condition) == (HOST, Condition.WARNING)
    assert concern.sentence == (
        f"waits for admission since {NOON:%Y-%m-%d %H:%M:%SZ}: run 20300517-without-ndc03 gave it "
        f"up; next: ndc dr admit {HOST}"
    )
    assert is_settled(snapshot)


def test_a_host_that_is_off_waits_for_nothing_but_power() -> None:
    well = all_well(OF)
    off = {**well.power, HOST: PowerReading(Power.OFF, None)}
    silent = {host: one for host, one in well.greetings.items() if host != HOST}

    snapshot = taken(OF, replace(well, excluded=OUT, power=off, greetings=silent))

    assert not [one for one in concerns(snapshot) if "admission" in one.sentence]


def test_a_vote_that_was_taken_out_counts_for_nothing_and_is_told() -> None:
    left = frozenset(OF.voters[2:])
    gone = OF.voters[:2]

    snapshot = taken(OF, replace(all_well(OF), voting=left))

    assert snapshot.quorum is not None
    assert (snapshot.quorum.healthy, snapshot.quorum.tolerates) == (3, 1)
    assert [concern.because for concern in concerns(snapshot)] == [*gone]
    assert f"ndc dr replace-voter {gone[0]}" in concerns(snapshot)[0].sentence


def test_a_voter_whose_vote_was_taken_out_starts_in_vain_and_nobody_waits_for_it() -> None:
    out, votes = OF.voters[0], OF.voters[1]
    in_vain = (UnitView("etcd.service", "activating"),)

    def settled(host: HostName, units: tuple[UnitView, ...]) -> bool:
        snapshot = taken(OF, replace(all_well(OF), voting=frozenset(OF.voters[1:])))
        hosts = (
            replace(one, idle_units=units if one.name == host else ()) for one in snapshot.hosts
        )
        return is_settled(replace(snapshot, hosts=tuple(hosts)))

    assert settled(out, in_vain)
    assert not settled(votes, in_vain)
    assert not settled(out, (UnitView("ndc-agent.service", "activating"),))


def test_where_nobody_tells_who_votes_every_declared_voter_counts() -> None:
    snapshot = taken(OF, replace(all_well(OF), voting=None))

    assert snapshot.quorum is not None
    assert (len(snapshot.quorum.voters), snapshot.quorum.retired) == (5, ())
