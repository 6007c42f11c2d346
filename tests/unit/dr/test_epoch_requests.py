"""What counts as a request to ``ndc-epoch``, and which requests a host refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Rejected
from dr.hosts.epochs import (
    MOST_AHEAD,
    Act,
    GuardAnswer,
    GuardRequest,
    GuardVerdict,
    refusal,
    services_of,
)
from inventory.names import HostName, ServiceName
from tests.networks import PORTAL_ALONE, network

PORTAL = ServiceName("public-service-portal")
ADDRESS = IPv4Address("198.19.255.1")
REQUEST = GuardRequest(PORTAL, 5, "run-1", "announce-ndc02-node", Act.ANNOUNCE, ADDRESS)
SERVES = {"public-service-portal": str(ADDRESS)}
NOW = timedelta(hours=5)


def _fields(**changed: object) -> str:
    return json.dumps({**json.loads(REQUEST.text()), **changed})


def test_a_request_survives_the_way() -> None:
    assert GuardRequest.parse(REQUEST.text()) == REQUEST


@pytest.mark.parametrize("until", [None, timedelta(), NOW])
def test_until_when_it_is_obeyed_survives_the_way(until: timedelta | None) -> None:
    request = replace(REQUEST, until=until)

    assert GuardRequest.parse(request.text()) == request
    assert ("until_ms" in json.loads(request.text())) is (until is not None)


@pytest.mark.parametrize(
    ("late", "refused"), [(timedelta(milliseconds=1), True), (timedelta(), False)]
)
@pytest.mark.parametrize("act", Act)
def test_what_comes_after_its_time_is_refused(act: Act, late: timedelta, *, refused: bool) -> None:
    request = replace(REQUEST, act=act, until=NOW - late)

    assert ("after whoever asked for it gave it up" in refusal(request, {}, SERVES, NOW)) is refused


def test_exit_codes_are_those_that_hosts_of_yesterday_know() -> None:
    codes = {verdict.name: int(verdict) for verdict in GuardVerdict}

    assert codes == {"OBEYED": 0, "MALFORMED": 2, "REFUSED": 4, "DAMAGED": 5, "FAILED": 6}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id",
        "[]",
        "null",
        "announce-service public-service-portal 5",
        REQUEST.text() + "; reboot",
        REQUEST.text()[:-1],
        "[" * 2000,
        " " * 3000 + REQUEST.text(),
        _fields(act="reboot"),
        _fields(act=["announce-service"]),
        _fields(argument="198.19.255.1; reboot"),
        _fields(argument="198.19.255.1/0"),
        _fields(argument="-4"),
        _fields(argument=3323199233),
        _fields(workload="../../etc/passwd"),
        _fields(workload=""),
        _fields(run="$(reboot)"),
        _fields(run="two words"),
        _fields(step="line\nbreak"),
        _fields(epoch=-1),
        _fields(epoch="5"),
        _fields(epoch=5.0),
        _fields(epoch=True),
        _fields(epoch=2**53),
        _fields(force=True),
        _fields(until_ms=-1),
        _fields(until_ms="9"),
        _fields(until_ms=1.5),
        _fields(format=2),
        '{"epoch": 1, ' + REQUEST.text()[1:],
    ],
)
def test_anything_else_is_no_request(text: str) -> None:
    with pytest.raises(Rejected):
        GuardRequest.parse(text)


def test_a_request_says_its_number_only_once_that_is_no_longer_the_first() -> None:
    assert "format" not in json.loads(REQUEST.text())
    assert GuardRequest.parse(_fields(format=1)) == REQUEST


@pytest.mark.parametrize("field", json.loads(REQUEST.text()))
def test_no_field_may_be_left_out(field: str) -> None:
    fields = json.loads(REQUEST.text())
    del fields[field]

    with pytest.raises(Rejected):
        GuardRequest.parse(json.dumps(fields))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(Rejected):
        GuardRequest.parse(text)


@pytest.mark.parametrize(
    ("known", "obeyed"),
    [({}, True), ({PORTAL: 4}, True), ({PORTAL: 5}, True), ({PORTAL: 6}, False)],
)
def test_an_older_epoch_is_refused(known: dict[str, int], *, obeyed: bool) -> None:
    assert (refusal(REQUEST, known, SERVES, NOW) == "") is obeyed


def test_the_epoch_of_another_workload_means_nothing() -> None:
    assert refusal(REQUEST, {"data-portal": 9}, SERVES, NOW) == ""


@pytest.mark.parametrize("known", [{}, {PORTAL: 5}])
@pytest.mark.parametrize("act", [Act.ANNOUNCE, Act.WITHDRAW])
def test_an_epoch_that_no_move_leads_to_is_refused_unless_a_majority_recorded_it(
    known: dict[str, int], act: Act
) -> None:
    last = known.get(PORTAL, 0) + MOST_AHEAD
    ahead, beyond = (replace(REQUEST, act=act, epoch=epoch) for epoch in (last, last + 1))

    assert refusal(ahead, known, SERVES, NOW) == ""
    assert "is no next one" in refusal(beyond, known, SERVES, NOW)
    assert refusal(beyond, known, SERVES, NOW, recorded=True) == ""


def test_whoever_is_over_may_still_look() -> None:
    look = replace(REQUEST, act=Act.LOOK, epoch=0)

    assert refusal(look, {PORTAL: 6}, SERVES, NOW) == ""


@pytest.mark.parametrize("act", Act)
def test_a_workload_that_is_not_served_here_is_refused(act: Act) -> None:
    assert "does not serve" in refusal(replace(REQUEST, act=act), {}, {}, NOW)


@pytest.mark.parametrize("act", Act)
def test_another_address_is_refused(act: Act) -> None:
    stranger = replace(REQUEST, act=act, argument=IPv4Address("198.19.1.1"))

    assert "not 198.19.1.1" in refusal(stranger, {}, SERVES, NOW)


@pytest.mark.parametrize(
    "answer",
    [
        GuardAnswer(5, (ADDRESS,)),
        GuardAnswer(None),
        GuardAnswer(6, refused="epoch 5 is over"),
        GuardAnswer(5, (ADDRESS,), clock=NOW),
    ],
)
def test_an_answer_survives_the_way_back(answer: GuardAnswer) -> None:
    assert GuardAnswer.parse(answer.text()) == answer


@pytest.mark.parametrize("text", ["", "Connection closed", "[]", "{}", '{"highest": "5"}'])
def test_anything_else_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        GuardAnswer.parse(text)


def test_a_host_is_told_which_services_it_may_serve() -> None:
    declared = network("tiny", *PORTAL_ALONE)

    assert services_of(declared, HostName("ndc03-node")) == SERVES
    assert services_of(declared, HostName("ndc03-edge")) == {}
