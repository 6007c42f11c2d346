from __future__ import annotations

import pytest

from core.errors import Rejected
from lab.faults import afflicted
from lab.links import state_of, wire
from lab.names import Names
from lab.relay import wires
from lab.requests import Cut, Heal, LinkRequest, Lose, Silence, Slow
from lab.state import LinkRecord
from stacks.substrates.port import LinkState
from tests.unit.lab.specs import LINK

NAME = LINK.name
CUT = Cut(verb="cut", link=NAME)
SILENCE = Silence(verb="silence", link=NAME)
SILENCE_WEST = Silence(verb="silence", link=NAME, towards="west-node")
SLOW = Slow(verb="slow", link=NAME, round_trip_microseconds=80_001)
SLOW_EAST = Slow(verb="slow", link=NAME, round_trip_microseconds=80_000, towards="east-node")
LOSE = Lose(verb="lose", link=NAME, loss_ratio=0.25)
HEAL = Heal(verb="heal", link=NAME)


def _after(*requests: LinkRequest) -> wires.Wire:
    record = LinkRecord(LINK)
    for request in requests:
        record = LinkRecord(LINK, afflicted(record, request))
    return wire(record, Names(7))


def test_a_link_on_record_becomes_a_wire_between_two_namespaces() -> None:
    carried = _after()

    assert carried.a == wires.Plug("ndc7.east-node", "link1")
    assert carried.z == wires.Plug("ndc7.west-node", "link1")
    assert carried.forth == carried.back == wires.LaneSpec(1500, 0, 0.0, silent=False)


def test_to_cut_takes_the_carrier_of_both_ends() -> None:
    assert _after(CUT).cut


def test_silence_holds_in_both_directions_unless_one_is_named() -> None:
    both, one = _after(SILENCE), _after(SILENCE_WEST)

    assert (both.forth.silent, both.back.silent) == (True, True)
    assert (one.forth.silent, one.back.silent) == (True, False)


def test_a_slow_link_is_never_faster_than_was_asked() -> None:
    slow = _after(SLOW)

    assert slow.forth.delay_microseconds + slow.back.delay_microseconds >= 80_001


def test_one_slow_direction_takes_all_that_is_asked_for_and_the_other_keeps_its_delay() -> None:
    slow = _after(SLOW_EAST)

    assert slow.forth.delay_microseconds == 1500
    assert slow.back.delay_microseconds == 78_500


def test_faults_add_up_until_the_link_is_healed() -> None:
    assert _after(CUT, SLOW, LOSE).back.loss_ratio == 0.25
    assert _after(CUT, SLOW, LOSE, SILENCE, HEAL) == _after()


def test_a_host_that_the_link_does_not_lead_to_is_refused() -> None:
    elsewhere = Silence(verb="silence", link=NAME, towards="north-node")

    with pytest.raises(Rejected) as refused:
        afflicted(LinkRecord(LINK), elsewhere)

    assert refused.value.expected == "east-node or west-node"


@pytest.mark.parametrize(
    ("requests", "word"),
    [
        ((), LinkState.UP),
        ((SLOW,), LinkState.SLOW),
        ((SLOW, LOSE), LinkState.LOSSY),
        ((SLOW, LOSE, SILENCE_WEST), LinkState.SILENT),
        ((SLOW, LOSE, SILENCE, CUT), LinkState.CUT),
        ((CUT, HEAL), LinkState.UP),
    ],
)
def test_one_word_says_the_worst_that_was_done(
    requests: tuple[LinkRequest, ...], word: LinkState
) -> None:
    record = LinkRecord(LINK)
    for request in requests:
        record = LinkRecord(LINK, afflicted(record, request))

    assert state_of(record.fault) is word


def test_the_relay_reads_what_the_daemon_wrote() -> None:
    carried = [_after(), _after(CUT), _after(SILENCE_WEST, LOSE)]

    assert wires.load(wires.dump(carried)) == tuple(carried)
