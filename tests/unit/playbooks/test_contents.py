"""What hosts contain, as text: golden files, and what must hold for every host."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.host_units import units_of
from inventory.names import HostName
from inventory.network import Role
from inventory.network_text import network_from_json
from inventory.patroni import changers
from tests.conftest import Golden
from tests.networks import DECLARED, FOURTH_SITE, PORTAL_ALONE, ROOT, network
from tests.unit.playbooks.conftest import HOSTILE, Rendered

GOLDEN = ROOT / "tests/golden/contents"
HOSTS = ("ndc01-edge", "ndc01-node", "ndc03-node", "witness-node")
SEEN_ELSEWHERE = ("/etc/ndc/network.json", "/etc/frr/", "/etc/prometheus/rules/")
"""``ndc show --json`` and the routers' golden texts; rules lie in the repository"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_holds_what_the_golden_texts_say(
    rendered: Mapping[str, Rendered], host: str, golden: Golden
) -> None:
    texts = rendered[host].texts()
    shown = {p: text for p, text in texts.items() if not p.startswith(SEEN_ELSEWHERE)}
    told = "".join(f"=== {path}\n{text.rstrip()}\n\n" for path, text in sorted(shown.items()))

    golden(GOLDEN / f"{host}.txt", told)


def test_every_host_of_the_network_is_rendered(rendered: Mapping[str, Rendered]) -> None:
    assert set(rendered) == {host.name for host in network("tiny").hosts}


def test_no_path_is_claimed_twice(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        claims = Counter(
            given["path"]
            for tree in contents.trees
            for kind in ("files", "folders")
            for given in tree.get(kind) or []
        )
        assert [path for path, times in claims.items() if times > 1] == []


def test_every_file_has_its_text_in_one_place(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        files = [given for tree in contents.trees for given in tree.get("files") or []]
        without = {one["path"] for one in files if not one.keys() & {"content", "content_base64"}}

        assert without == set(contents.secrets)


def test_no_password_and_no_private_key_is_in_a_tree(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        text = json.dumps(contents.trees)

        assert "the-password-of" not in text
        assert "PRIVATE KEY" not in text


def test_a_secret_file_is_read_by_nobody_else(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        modes = {
            given["mode"]
            for tree in contents.trees
            for given in tree.get("files") or []
            if given["path"] in contents.secrets
        }
        assert modes <= {"0600", "0640"}


def test_every_unit_watches_files_that_some_role_places(rendered: Mapping[str, Rendered]) -> None:
    for host, contents in rendered.items():
        placed = {
            given["path"]
            for tree in contents.trees
            for kind in ("files", "folders")
            for given in tree.get(kind) or []
        }
        watched = {
            path
            for tree in contents.trees
            for unit in tree.get("units") or []
            for path in [*unit.get("restart_on", []), *unit.get("reload_on", [])]
        }
        stray = {
            path
            for path in watched
            if path not in placed and not any(p.startswith(f"{path}/") for p in placed)
        }
        assert not stray, host


@pytest.mark.parametrize("folders", [(DECLARED,), (DECLARED, FOURTH_SITE)], ids=["three", "four"])
def test_every_unit_of_a_host_is_watched_and_no_other(
    folders: tuple[Path, ...],
    rendered: Mapping[str, Rendered],
    rendered_of_four_sites: Mapping[str, Rendered],
) -> None:
    of = network("tiny", *folders)
    hosts = rendered_of_four_sites if FOURTH_SITE in folders else rendered
    assert {host.name for host in of.hosts} == set(hosts)
    for name, contents in hosts.items():
        declared = [unit for tree in contents.trees for unit in tree.get("units") or []]
        units = {unit["name"] for unit in declared if not unit.get("roams")}
        watched = units_of(of, of.host(HostName(name)))

        assert set(watched) == units, name
        assert (
            f"^({'|'.join(watched)})$" in contents.texts()["/etc/default/prometheus-node-exporter"]
        )


def test_every_program_of_ours_begins_anew_with_a_new_wheel(
    rendered: Mapping[str, Rendered],
) -> None:
    for contents in rendered.values():
        units = {
            unit["name"]: unit.get("restart_on", [])
            for tree in contents.trees
            for unit in tree.get("units") or []
        }
        ours = {
            path.rpartition("/")[2]
            for path, text in contents.texts().items()
            if "/opt/ndc/venv/bin/python -m " in text and path.endswith(".service")
        }

        assert ours
        for name in ours:
            assert "/opt/ndc/venv/lib/python3.11/site-packages/ndc.pth" in units[name]


def test_daemons_are_told_the_whole_network(rendered: Mapping[str, Rendered]) -> None:
    for contents in rendered.values():
        text = contents.texts()["/etc/ndc/network.json"]
        assert network_from_json(text, "network.json") == network("tiny")


def test_no_text_that_somebody_declared_is_evaluated(
    rendered_hostile: tuple[Path, Mapping[str, Rendered]],
) -> None:
    evaluated, contents = rendered_hostile

    held = contents["ndc01-node"].texts()

    title = HOSTILE.replace("FILE", str(evaluated))
    assert not evaluated.exists()
    assert {one["title"] for one in json.loads(held["/etc/ndc/network.json"])["sites"]} == {title}
    assert json.loads(held["/etc/ndc/reference-public-service-portal.json"])["title"] == title


def test_no_text_that_somebody_declared_gives_a_directive(
    rendered: Mapping[str, Rendered],
    rendered_hostile: tuple[Path, Mapping[str, Rendered]],
) -> None:
    _, contents = rendered_hostile

    changed = {
        path
        for host, held in contents.items()
        for path, text in held.texts().items()
        if text != rendered[host].texts()[path]
    }

    assert {path for path in changed if path.endswith((".service", ".conf", ".yml"))} == set()


def _patroni(rendered: Mapping[str, Rendered], host: str) -> Any:
    return yaml.safe_load(rendered[host].secrets["/etc/patroni/general-db.yml"])


def test_only_the_homes_first_member_may_make_the_database(
    rendered: Mapping[str, Rendered],
) -> None:
    database = network("tiny").databases[0]

    able = [m.host for m in database.members if "bootstrap" in _patroni(rendered, m.host)]

    assert able == [next(m.host for m in database.members if m.site == database.home)]


def test_members_outside_the_synchronous_set_or_the_region_never_lead_by_themselves(
    rendered: Mapping[str, Rendered],
) -> None:
    for database in network("tiny").databases:
        for member in database.members:
            text = rendered[member.host].secrets[f"/etc/patroni/{database.name}.yml"]

            tags = yaml.safe_load(text)["tags"]

            assert tags["nosync"] is not member.synchronous
            assert tags["nofailover"] is member.barred
            assert ("failover_priority" in tags) is not member.barred


def test_postgresql_admits_nobody_without_encryption(rendered: Mapping[str, Rendered]) -> None:
    for member in network("tiny").databases[0].members:
        lines = _patroni(rendered, member.host)["postgresql"]["pg_hba"]

        assert {line.split()[0] for line in lines} == {"local", "hostssl"}
        assert {line.split()[-1] for line in lines} == {"scram-sha-256"}


def test_a_patroni_obeys_its_members_and_the_operator_and_only_with_a_password(
    rendered: Mapping[str, Rendered],
) -> None:
    there = network("tiny")
    members = there.databases[0].members
    known = {str(there.host(member.host).loopback) for member in members}
    known.add(str(there.operator_address.ip))

    for member in members:
        rest = _patroni(rendered, member.host)["restapi"]

        # Patroni asks for address and certificate only where these two are there
        assert set(rest["allowlist"]) == known
        assert rest["verify_client"] == "optional"
        assert rest["authentication"] == {
            "username": "control",
            "password": "the-password-of-patroni-general-db",
        }


def test_a_host_that_only_serves_is_not_among_those_whom_a_patroni_obeys() -> None:
    there = network("compact", *PORTAL_ALONE)

    for database in there.databases:
        obeyed = set(changers(there, database))
        serving = {host.loopback for host in there.hosts_with(Role.SERVICE)}

        assert serving
        assert not obeyed & serving


def test_of_the_programs_of_a_host_only_those_that_must_may_ask_a_patroni(
    rendered: Mapping[str, Rendered],
) -> None:
    for contents in rendered.values():
        lines = contents.texts()["/etc/nftables.conf"].splitlines()
        output = lines[lines.index("  chain output {") :]

        ports = "tcp dport { 8008, 8009 }"
        assert f"    {ports} meta skuid != {{ root, haproxy, postgres, prometheus }}" in (
            line.removesuffix(" reject with tcp reset") for line in output
        )


def test_a_firewall_lets_nobody_speak_bgp_but_the_neighbours(
    rendered: Mapping[str, Rendered],
) -> None:
    there = network("tiny")
    for name, contents in rendered.items():
        host = there.host(HostName(name))
        ends = [
            (end, link.other_end(end)) for link in there.links if (end := link.end_at(host.name))
        ]
        admitted = {f'iifname "{end.interface}" ip saddr {far.address.ip}' for end, far in ends}
        admitted.add(f'iifname "lan0" ip saddr {there.site(host.site).lan}')
        lines = contents.texts()["/etc/nftables.conf"].splitlines()

        bgp = {line.strip().partition(" tcp dport 179 ") for line in lines if " 179 " in line}
        assert {(before, after) for before, _, after in bgp} == {(a, "accept") for a in admitted}


def test_a_firewall_lets_only_the_operator_in_by_management(
    rendered: Mapping[str, Rendered],
) -> None:
    operator: IPv4Address = network("tiny").operator_address.ip
    for contents in rendered.values():
        lines = contents.texts()["/etc/nftables.conf"].splitlines()

        assert [line.split()[3] for line in lines if "eth0" in line] == ["saddr"]
        assert [line.split()[4] for line in lines if "eth0" in line] == [str(operator)]
        assert sum("policy drop" in line for line in lines) == 2


def test_no_citizen_keeps_the_others_out_of_the_portal(rendered: Mapping[str, Rendered]) -> None:
    lines = {
        line.strip()
        for line in rendered["ndc01-node"].texts()["/etc/nginx/nginx.conf"].splitlines()
    }

    assert {"limit_conn open 256;", "limit_req zone=asked burst=400 nodelay;"} <= lines
    assert {f"client_{part}_timeout 5s;" for part in ("header", "body")} <= lines
    assert [line for line in lines if line.startswith("ssl_protocols")] == [
        "ssl_protocols TLSv1.3;"
    ]
