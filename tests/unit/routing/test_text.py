"""The text of every router of the default network, as a person would review it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inventory.names import HostName
from inventory.network import Network
from routing.delta import delta
from routing.text import frr_daemons_text, frr_text
from routing.tree import Line, parse
from tests.networks import network

GOLDEN = Path(__file__).resolve().parents[2] / "golden/routing"
PASSWORD = "the-password"  # noqa: S105 a word for golden files, of no environment

HOSTS = [(profile, host.name) for profile in ("tiny", "compact") for host in network(profile).hosts]


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_a_router_says_what_the_golden_text_says(profile: str, host: str) -> None:
    told = _text(network(profile), host)

    golden = GOLDEN / "text" / profile / f"{host}.conf"
    if os.environ.get("NDC_REFRESH_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_nothing_refers_to_a_policy_that_is_not_there(profile: str, host: str) -> None:
    lines = parse(_text(network(profile), host))

    assert _referred(lines) == _defined(lines)


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_every_external_session_is_signed_filtered_and_watched(profile: str, host: str) -> None:
    declared = network(profile)
    texts = {line.text for line in parse(_text(declared, host))}

    for link in declared.links_of(HostName(host)):
        end = link.end_at(HostName(host))
        assert end
        name = f"neighbor {link.other_end(end).address.ip}"
        assert {
            f"{name} password {PASSWORD}",
            f"{name} route-map RECEIVE in",
            f"{name} route-map ANNOUNCE out",
            f"{name} bfd profile ndc",
        } <= texts


def test_frr_prints_back_what_it_was_given() -> None:
    """The golden text is ``show running-config`` of FRR 8.4.4, brought up with ours."""
    printed = (GOLDEN / "answers/running-config.txt").read_text("utf-8")

    assert delta(printed, _text(network("tiny"), "ndc01-edge")) == []


def test_the_daemons_listen_to_nobody_outside() -> None:
    lines = frr_daemons_text().splitlines()
    # who watches over them listens to nobody at all
    options = dict(line.split("_options=") for line in lines if "_options=" in line)

    assert options.keys() == {"bgpd", "bfdd", "staticd", "zebra", "watchfrr"}
    assert all("-A 127.0.0.1" in said for name, said in options.items() if name != "watchfrr")


def _text(declared: Network, host: str) -> str:
    return frr_text(declared, HostName(host), PASSWORD)


def _defined(lines: tuple[Line, ...]) -> set[tuple[str, str]]:
    found = set()
    for line in lines:
        words = line.text.split()
        if line.text.startswith(("ip prefix-list", "bgp as-path access-list")):
            found.add((words[1], words[2] if words[0] == "ip" else words[3]))
        if line.text.startswith("route-map"):
            found.add(("route-map", words[1]))
    return found


def _referred(lines: tuple[Line, ...]) -> set[tuple[str, str]]:
    found = set()
    for line in lines:
        words = line.text.split()
        if line.text.startswith("match ip address prefix-list"):
            found.add(("prefix-list", words[-1]))
        if line.text.startswith("match as-path"):
            found.add(("as-path", words[-1]))
        if " route-map " in line.text:
            found.add(("route-map", words[words.index("route-map") + 1]))
    return found
