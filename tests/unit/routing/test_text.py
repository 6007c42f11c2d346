"""The text of every router of the default network.

A person reviews four, one for each kind of host. What the others say is then settled line by
line: who their neighbours are, what they let through, and that they differ in nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from inventory.names import HostName
from inventory.network import Network, Role, Site
from inventory.placed import placed_in, placed_on
from routing.delta import delta
from routing.passwords import session_password
from routing.text import frr_text, session_passwords
from routing.tree import Line, parse
from tests.conftest import Golden
from tests.networks import PORTAL_ALONE, ROOT, network

GOLDEN = ROOT / "tests/golden/routing/text"
RECORDED = ROOT / "tests/recordings/frr/running-config.txt"
PASSWORD = "the-password"  # noqa: S105 a word for golden files, of no environment

FRAME = {
    *("frr defaults datacenter", "!", "exit", "end"),
    *("address-family ipv4 unicast", "exit-address-family"),
}
POLICIES = ("ip prefix-list ", "bgp as-path ", "route-map ")

HOSTS = [(profile, host.name) for profile in ("tiny", "compact") for host in network(profile).hosts]


REVIEWED = [
    ("compact", "ndc01-edge1"),  # links, and hosts behind it
    ("compact", "ndc01-app"),  # no link, and a service
    ("compact", "ndc01-data"),  # no link, and no service
    ("tiny", "witness-node"),  # links, and nobody behind it
]


@pytest.mark.parametrize(("profile", "host"), REVIEWED)
def test_a_router_says_what_the_golden_text_says(profile: str, host: str, golden: Golden) -> None:
    golden(GOLDEN / profile / f"{host}.conf", _text(network(profile), host))


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_nothing_refers_to_a_policy_that_is_not_there(profile: str, host: str) -> None:
    lines = parse(_text(network(profile), host))

    # a neighbour is heard by AVOID only while ndc-detour says so
    assert _referred(lines) == _defined(lines) - {("route-map", "AVOID")}


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_every_session_is_signed_and_watched_and_what_its_kind_asks(
    profile: str, host: str
) -> None:
    declared, name = network(profile), HostName(host)
    sessions = defaultdict(set)
    for line in parse(_text(declared, host)):
        if line.text.startswith("neighbor "):
            _, address, words = line.text.split(maxsplit=2)
            sessions[address].add(words)

    assert sessions == {**_across_links(declared, name), **_inside(declared, name)}


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_a_prefix_is_let_through_only_with_its_origin(profile: str, host: str) -> None:
    declared, name = network(profile), HostName(host)
    policies = {
        line
        for line in parse(_text(declared, host))
        if line.text.startswith(POLICIES)
        or (line.path[:1] and line.path[0].startswith("route-map"))
    }

    source = "route-map SOURCE permit 10"
    sends = {Line((), source), Line((source,), f"set src {declared.host(name).loopback}")}
    filters = _filters(declared, name) if declared.links_of(name) else set()
    assert policies == sends | filters | _own_of_clients(declared, name)


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_a_router_announces_itself_its_services_and_at_the_border_its_lan(
    profile: str, host: str
) -> None:
    declared, name = network(profile), HostName(host)
    me = declared.host(name)
    texts = [line.text for line in parse(_text(declared, host))]

    own = {f"{me.loopback}/32", *(f"{p.address}/32" for p in placed_on(declared, name))}
    lan = {str(declared.site(me.site).lan)} if Role.BORDER in me.roles else set()
    assert {text.removeprefix("network ") for text in texts if text.startswith("network ")} == (
        own | lan
    )


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_nothing_is_said_twice(profile: str, host: str) -> None:
    text = _text(network(profile), host)
    lines = [line for line in text.splitlines() if line.strip() not in FRAME]

    assert len(lines) == len(parse(text))


@pytest.mark.parametrize(("profile", "host"), HOSTS)
def test_routers_differ_in_nothing_else(profile: str, host: str) -> None:
    declared = network(profile)
    reviewed = "ndc01-edge1" if declared.host(HostName(host)).forwards else "ndc01-app"

    assert _the_rest(declared, host) == _the_rest(network("compact"), reviewed)


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_both_ends_of_a_session_know_its_password_and_no_other_session_has_it(
    profile: str,
) -> None:
    declared = network(profile)
    known = Counter(
        password
        for host in declared.hosts
        for password in session_passwords(declared, host.name, PASSWORD)
    )

    assert set(known.values()) == {2}
    assert PASSWORD not in known


def test_a_host_without_links_is_believed_about_itself_alone() -> None:
    declared = network("compact")
    border = _text(declared, "ndc01-edge1")
    others = {str(host.loopback) for host in declared.hosts if host.name != "ndc01-app"}

    believed = {
        line.rpartition(" ")[2]
        for line in border.splitlines()
        if line.startswith("ip prefix-list HOST-ndc01-app ")
    }

    assert "  neighbor 198.19.33.1 prefix-list HOST-ndc01-app in" in border.splitlines()
    assert f"{declared.host(HostName('ndc01-app')).loopback}/32" in believed
    assert not believed & {f"{address}/32" for address in others}


def test_frr_prints_back_what_it_was_given() -> None:
    """What was recorded is ``show running-config`` of FRR 8.4.4, brought up with ours."""
    printed = RECORDED.read_text("utf-8")

    assert delta(printed, _text(network("tiny", *PORTAL_ALONE), "ndc01-edge")) == []


def _text(declared: Network, host: str) -> str:
    return frr_text(declared, HostName(host), PASSWORD)


def _across_links(declared: Network, name: HostName) -> dict[str, set[str]]:
    sessions = {}
    for link in declared.links_of(name):
        near = link.end_at(name)
        assert near
        far = link.other_end(near)
        sessions[str(far.address.ip)] = _session(declared, far.host) | {
            "route-map RECEIVE in",
            "soft-reconfiguration inbound",
            "route-map ANNOUNCE out",
            "maximum-prefix 10000 restart 1 force",
            f"password {session_password(PASSWORD, near.address.ip, far.address.ip)}",
        }
    return sessions


def _inside(declared: Network, name: HostName) -> dict[str, set[str]]:
    """Return the sessions on the LAN: with border routers, and of these with everybody."""
    me = declared.host(name)
    sessions = {}
    for other in declared.hosts_at(me.site):
        borders = {host.name for host in (me, other) if Role.BORDER in host.roles}
        if other.name != name and borders:
            words = _session(declared, other.name)
            words |= {"next-hop-self"} if name in borders else set()
            words.add(f"password {session_password(PASSWORD, me.lan.ip, other.lan.ip)}")
            if other.name in borders:
                words.add("maximum-prefix 10000 restart 1 force")
            else:
                words |= {"route-reflector-client", f"prefix-list HOST-{other.name} in"}
                words.add("maximum-prefix 300 restart 1 force")
            sessions[str(other.lan.ip)] = words
    return sessions


def _session(declared: Network, other: HostName) -> set[str]:
    asn = declared.site(declared.host(other).site).asn
    watched = {"bfd", "bfd profile ndc", "timers connect 3", "activate"}
    return watched | {f"remote-as {asn}", f"description {other}"}


def _own_of_clients(declared: Network, name: HostName) -> set[Line]:
    """Return what a border router lets hosts without links say: their own addresses."""
    if Role.BORDER not in declared.host(name).roles:
        return set()
    return {
        Line((), f"ip prefix-list HOST-{host.name} seq {int(address)} permit {address}/32")
        for host in declared.hosts_at(declared.host(name).site)
        if Role.BORDER not in host.roles
        for address in (host.loopback, *(s.address for s in placed_on(declared, host.name)))
    }


def _filters(declared: Network, name: HostName) -> set[Line]:
    """Return every line of the policies between sites."""
    own = declared.host(name).site
    avoid = "route-map AVOID permit 10"
    lines = {
        Line((), "bgp as-path access-list LOCAL seq 5 permit ^$"),
        Line((), avoid),
        Line((avoid,), "call RECEIVE"),
        Line((avoid,), "set community graceful-shutdown additive"),
    }
    for site in declared.sites:
        of_site, here = f"SITE-{site.name}", site.name == own
        lines |= {
            Line((), f"ip prefix-list {of_site} seq 5 permit {site.loopbacks} le 32"),
            Line((), f"ip prefix-list {of_site} seq 10 permit {site.lan}"),
        }
        for service in placed_in(declared):
            if site.name in {declared.host(each).site for each in service.hosts}:
                number = f"seq {int(service.address)}"
                lines.add(
                    Line((), f"ip prefix-list {of_site} {number} permit {service.address}/32")
                )
        if not here:
            lines |= _refusal(site)
            path_list = f"bgp as-path access-list {of_site}"
            lines.add(Line((), f"{path_list} seq 5 permit _{site.asn}$"))
        for direction in ("ANNOUNCE",) if here else ("RECEIVE", "ANNOUNCE"):
            entry = f"route-map {direction} permit {10 * site.number}"
            lines |= {
                Line((), entry),
                Line((entry,), f"match as-path {'LOCAL' if here else of_site}"),
                Line((entry,), f"match ip address prefix-list {of_site}"),
            }
    return lines


def _refusal(site: Site) -> set[Line]:
    """Return the lines by which nothing is refused from ``site``, and something may be."""
    name, own = site.name, f"route-map RECEIVE deny {10 * site.number - 5}"
    inside = (f"match as-path SITE-{name}", f"match ip address prefix-list REFUSED-{name}")
    outside = (f"ip prefix-list REFUSED-{name} seq 1 deny 0.0.0.0/32", own)
    return {*(Line((), text) for text in outside), *(Line((own,), text) for text in inside)}


def _the_rest(declared: Network, host: str) -> str:
    """Return the text without policies, sessions and networks; what is the host's own is named."""
    me = declared.host(HostName(host))
    sections = _text(declared, host).split("\n!\n")
    kept = "\n!\n".join(text for text in sections if not text.startswith(POLICIES))
    lines = [
        line
        for line in kept.splitlines()
        if not line.lstrip().startswith(("neighbor ", "network "))
    ]
    owned = {
        f"hostname {me.name}": "hostname OWN",
        f" bgp router-id {me.loopback}": " bgp router-id OWN",
        f"router bgp {declared.site(me.site).asn}": "router bgp OWN",
    }
    return "\n".join(owned.get(line, line) for line in lines)


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
        if line.text.startswith("neighbor ") and " prefix-list " in line.text:
            found.add(("prefix-list", words[-2]))
        if line.text.startswith("call "):
            found.add(("route-map", words[-1]))
        if line.text.startswith("match as-path"):
            found.add(("as-path", words[-1]))
        if " route-map " in line.text:
            found.add(("route-map", words[words.index("route-map") + 1]))
    return found
