"""From one configuration to another: it arrives, and nothing dangles on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.names import HostName
from inventory.network import Network
from routing.delta import delta, equal
from routing.text import frr_text
from routing.tree import parse
from tests.conftest import Golden
from tests.networks import network
from tests.unit.routing.model import Router

GOLDEN = Path(__file__).resolve().parents[2] / "golden/routing/delta"

TEXTS = {
    f"{profile}/{host.name}": frr_text(network(profile), host.name, "the-password")
    for profile in ("tiny", "compact")
    for host in network(profile).hosts
}
EDGE = TEXTS["tiny/ndc01-edge"]

QUICKLY = settings(max_examples=40, deadline=None)  # time is said by a clock, not by a busy machine
NUMBERS = st.integers(0, EDGE.count("\n"))
LOST = CHANGED = st.sets(NUMBERS, max_size=60)


def _without(declared: Network, site: str) -> Network:
    return replace(
        declared,
        sites=tuple(s for s in declared.sites if s.name != site),
        hosts=tuple(h for h in declared.hosts if h.site != site),
        links=tuple(k for k in declared.links if site not in {k.a.site, k.z.site}),
    )


SMALLER = frr_text(_without(network("tiny"), "ndc03"), HostName("ndc01-edge"), "the-password")

CASES = {
    "a-site-more": (SMALLER, EDGE),
    "a-site-less": (EDGE, SMALLER),
    "another-password": (EDGE, frr_text(network("tiny"), HostName("ndc01-edge"), "another")),
    "edited-by-hand": (
        EDGE.replace(" neighbor 198.19.100.3 timers connect 3\n", "")
        .replace("permit 198.19.2.0/24 le 32", "permit 0.0.0.0/0 le 32")
        .replace("hostname ndc01-edge", "hostname somebody-else")
        .replace("bfd\n profile", "ip prefix-list EXTRA seq 5 permit 10.0.0.0/8\n!\nbfd\n profile"),
        EDGE,
    ),
    "an-empty-router": ("frr defaults datacenter\n", TEXTS["tiny/ndc01-node"]),
    "another-autonomous-system": (TEXTS["tiny/ndc02-node"], TEXTS["tiny/ndc01-node"]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_commands_are_those_of_the_golden_text(case: str, golden: Golden) -> None:
    told = "\n".join(delta(*CASES[case])) + "\n"

    golden(GOLDEN / f"{case}.txt", told)


@pytest.mark.parametrize("case", CASES)
def test_a_router_that_obeys_them_runs_what_is_wanted(case: str) -> None:
    running, wanted = CASES[case]
    router = Router.running(running)

    router.obey(delta(running, wanted))

    assert router.lines == Router.running(wanted).lines
    assert router.dangling == []


@QUICKLY
@given(st.sampled_from(sorted(TEXTS)), st.sampled_from(sorted(TEXTS)))
def test_any_router_can_become_any_other(one: str, other: str) -> None:
    router = Router.running(TEXTS[one])

    router.obey(delta(TEXTS[one], TEXTS[other]))

    assert router.lines == Router.running(TEXTS[other]).lines
    assert router.dangling == []


@QUICKLY
@given(LOST, CHANGED)
def test_whatever_was_lost_or_spoilt_is_mended(lost: set[int], changed: set[int]) -> None:
    spoilt = _spoilt(EDGE, lost, changed)
    router = Router.running(spoilt)

    router.obey(delta(spoilt, EDGE))

    assert router.lines == Router.running(EDGE).lines


@QUICKLY
@given(st.permutations(EDGE.split("\n!\n")))
def test_the_order_of_sections_means_nothing(sections: list[str]) -> None:
    shuffled = "\n!\n".join(sections)

    assert equal(shuffled, EDGE)
    assert delta(shuffled, EDGE) == []


def test_a_link_that_is_avoided_for_now_is_no_difference_and_hides_none() -> None:
    avoiding = EDGE.replace("100.3 route-map RECEIVE in", "100.3 route-map AVOID in")
    spoilt = avoiding.replace("100.5 route-map RECEIVE in", "100.5 route-map ANNOUNCE in")

    assert avoiding != EDGE
    assert equal(avoiding, EDGE)
    assert delta(avoiding, EDGE) == []
    assert [line for line in delta(spoilt, EDGE) if line.startswith("neighbor")] == [
        "neighbor 198.19.100.5 route-map RECEIVE in"
    ]


def test_what_is_refused_for_now_is_no_difference_and_stays() -> None:
    refused = "ip prefix-list REFUSED-ndc02 seq 3323199489 permit 198.19.255.1/32\n"
    nobodys = "ip prefix-list REFUSED-ndc02 seq 1 deny 0.0.0.0/32\n"
    refusing = EDGE.replace(nobodys, nobodys + refused)
    spoilt = refusing.replace(nobodys, "")

    assert refusing != EDGE
    assert equal(refusing, EDGE)
    assert delta(refusing, EDGE) == []
    assert delta(spoilt, EDGE) == [nobodys.strip()]


@pytest.mark.parametrize("name", TEXTS)
def test_equal_texts_need_no_command(name: str) -> None:
    assert delta(TEXTS[name], TEXTS[name]) == []


def test_what_is_added_comes_before_what_is_removed() -> None:
    commands = delta(EDGE.replace("SITE-ndc02", "OLD"), EDGE)

    added = [i for i, text in enumerate(commands) if text.startswith("ip prefix-list SITE-ndc02")]
    removed = [i for i, text in enumerate(commands) if text.startswith("no ip prefix-list OLD")]
    assert added
    assert max(added) < min(removed)


def test_a_session_is_activated_when_its_filters_stand() -> None:
    commands = delta(SMALLER, EDGE)

    peer = "neighbor 198.19.100.7"
    assert commands.index(f"{peer} route-map RECEIVE in") < commands.index(f"{peer} activate")


def test_every_line_of_a_context_knows_where_it_stands() -> None:
    lines = {line.text: line.path for line in parse(EDGE)}

    assert lines["maximum-paths 4"] == ("router bgp 4200000001", "address-family ipv4 unicast")
    assert lines["detect-multiplier 4"] == ("bfd", "profile ndc")


def _spoilt(text: str, lost: set[int], changed: set[int]) -> str:
    """Return ``text`` with values changed, and lines lost that no other line needs."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        if number in lost and line.lstrip().startswith(("network", "ip prefix-list", "log")):
            continue
        if number in changed:
            lines.append(
                line.replace("connect 3", "connect 30").replace("description ", "description x")
            )
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def test_a_session_that_is_no_longer_watched_is_told_once() -> None:
    wanted = "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n"
    watched = " neighbor 10.0.0.1 bfd\n neighbor 10.0.0.1 bfd profile ndc\n"

    assert delta(wanted + watched, wanted) == ["router bgp 1", "no neighbor 10.0.0.1 bfd", "exit"]


def test_a_session_of_another_name_is_not_taken_for_one_that_goes() -> None:
    wanted = "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n"
    other = " neighbor 10.0.0.9 remote-as 3\n neighbor 10.0.0.1 bfd profile ndc\n"

    assert delta(wanted + other, wanted) == [
        "router bgp 1",
        "no neighbor 10.0.0.9 remote-as 3",
        "no neighbor 10.0.0.1 bfd profile ndc",
        "exit",
    ]
